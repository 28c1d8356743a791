using VaeGpu.Host;

namespace VaeGpu.Tests.Host;

public sealed class PuzzlesCommandTests
{
    [TestCase("--folder /no/such/folder", "is not there")]
    [TestCase("map", "A puzzle is named by its number, such as 1; not by \"map\".")]
    [TestCase("-1", "-1")]
    public void Calls_that_name_no_puzzle_are_refused(string call, string why)
    {
        Call refused = Call.Of(["puzzles", .. call.Split(' ')]);
        Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((ExitCode.Usage, "")));
        Assert.That(refused.Error, Does.StartWith("error: ").And.Contain(why));
    }
}
