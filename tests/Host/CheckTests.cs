namespace VaeGpu.Tests.Host;

public sealed class CheckTests
{
    [Test]
    public void Check_proves_every_likelihood_on_the_processor_in_one_table()
    {
        var call = Call.Of("check", "--device", "cpu", "--threads", "1");
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(0), call.Output);
            foreach (var name in (string[])["gaussian-optimal", "laplace-learned", "logistic-mixture", "categorical", "kl"])
                Assert.That(call.Output, Does.Contain(name));
            Assert.That(call.Output.TrimEnd(), Does.EndWith("every formula holds"));
        });
    }
}
