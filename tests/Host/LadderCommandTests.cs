using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using VaeGpu.Host;
using VaeGpu.Kernels.Ladders;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LadderCommandTests
{
    private readonly ScratchFolder folder = new();

    private static IEnumerable<Ladder> Ladders => Ladder.All;

    [TearDown]
    public void CleanUp() => folder.Dispose();

    [TestCaseSource(nameof(Ladders))]
    public void Every_rung_has_a_row_a_source_and_a_bar(Ladder ladder)
    {
        Call call = Call.Of("ladder", ladder.Name, "--device", "cpu", "--threads", "1", "--size", "20", "--out", folder["out"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        string[] lines = [.. call.Output.Split('\n').Select(line => line.TrimEnd('\r'))];
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder[$"out/ladder-{ladder}.json"]));
        JsonElement[] rungs = [.. json.RootElement.GetProperty("rungs").EnumerateArray()];
        XNamespace svg = "http://www.w3.org/2000/svg";
        string[] texts = [.. XDocument.Load(folder[$"out/ladder-{ladder}.svg"]).Descendants(svg + "text").Select(text => text.Value)];
        Assert.Multiple(() =>
        {
            Assert.That(lines.Select(line => line.Length), Is.All.LessThanOrEqualTo(120));
            Assert.That(rungs.Select(rung => rung.GetProperty("name").GetString()), Is.EqualTo(ladder.Rungs.Select(rung => rung.Name)));
            foreach ((Rung rung, JsonElement element) in ladder.Rungs.Zip(rungs))
            {
                Assert.That(lines, Has.One.EndsWith($"{rung.Path}: {rung.Idea}"));
                Assert.That(lines.Count(line => Regex.IsMatch(line, $@"^ +\d+ {rung.Name} ")), Is.EqualTo(1), rung.Name);
                bool runs = rung.Devices is RungDevices.All or RungDevices.Cpu;
                Assert.That(texts.Contains($"{ladder.NumberOf(rung)} {rung.Name}"), Is.EqualTo(runs), rung.Name);
                Assert.That(element.GetProperty("notRun").GetString() is null, Is.EqualTo(runs), rung.Name);
                if (!runs)
                    continue;
                Assert.That(element.GetProperty("seconds").GetProperty("median").GetDouble(), Is.Positive);
                Assert.That(element.GetProperty("accessedBytes").GetInt64(), Is.Positive);
                Assert.That(element.GetProperty("ofLimit").GetDouble(), Is.Positive);
            }
            var run = ladder.Rungs.Where(rung => rung.Devices is RungDevices.All or RungDevices.Cpu);
            Assert.That(lines.Count(line => line.StartsWith("Rung", StringComparison.Ordinal)),
                Is.EqualTo(run.DistinctBy(rung => rung.Order).Count()));
        });
    }

    [Test]
    public void The_library_computes_what_the_rungs_compute() => Assert.Multiple(() =>
    {
        foreach (Ladder ladder in Ladder.All)
        {
            Call.Of("ladder", ladder.Name, "--device", "cpu", "--threads", "2", "--size", "13", "--json", folder["ladder.json"]);
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["ladder.json"]));
            JsonElement library = json.RootElement.GetProperty("library");
            if (ladder == Ladder.Convolution)
                Assert.That(library.ValueKind, Is.EqualTo(JsonValueKind.Null));
            else
                Assert.That(library.GetProperty("difference").GetDouble(), Is.LessThan(1e-5), ladder.Name);
        }
    });

    [Test]
    public void A_device_that_checks_kernels_has_no_limit()
    {
        Call call = Call.Of("ladder", "reduction", "--device", "interpreter", "--size", "16", "--out", folder["out"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(call.Output, Does.Contain("no peaks are measured").And.Contain("none at hand").And.Not.Contain("%"));
        Assert.That(File.ReadAllText(folder["out/ladder-reduction.svg"]), Does.Not.Contain("%"));
    }

    [TestCase("ladder", ExitCode.Usage, "Required argument 'ladder' missing")]
    [TestCase("ladder bogus", ExitCode.Usage, "matmul")]
    [TestCase("ladder matmul --size 0", ExitCode.Usage, "--size takes")]
    [TestCase("ladder matmul --device opencl:99", ExitCode.Failed, "opencl:99")]
    public void What_cannot_be_is_explained(string line, int code, string word)
    {
        Call call = Call.Of(line.Split(' '));
        Assert.That(call.ExitCode, Is.EqualTo(code), call.Error);
        Assert.That(call.Error, Does.Contain(word).And.Not.Contain("   at "));
    }
}
