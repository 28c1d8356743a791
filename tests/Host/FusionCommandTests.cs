using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FusionCommandTests
{
    private static readonly string[] names =
        ["linear + bias + activation", "input gradient · f'", "reparameterization + KL", "loss + gradient",
            "sums of losses + counters", "any fusion", "recorded step (no graphs here)"];

    private readonly ScratchFolder folder = new();

    [TearDown]
    public void CleanUp() => folder.Dispose();

    [Test]
    public void Every_step_of_the_sweep_has_a_row_for_each_fusion()
    {
        using var comma = new CommaCulture();
        Call call = Fusion("--batches", "8,16", "--widths", "4,12", "--out", folder["out"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        string[] lines = call.Output.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(lines.Select(line => line.TrimEnd('\r')).Where(line => line.StartsWith("784-", StringComparison.Ordinal)),
                Is.EqualTo(new[]
            {
                "784-4-2, bernoulli, batch 8", "784-12-2, bernoulli, batch 8", "784-4-2, bernoulli, batch 16", 
                "784-12-2, bernoulli, batch 16",
            }));
            foreach (string name in names)
            {
                string row = $@"^  {Regex.Escape(name)} +\d+ +[\d.]+M +[\d.]+ +\([\d.]+–[\d.]+\) +[\d.]+ × +\([\d.]+–[\d.]+\) +[\d.]+ "
                    + @"×\r?$";
                Assert.That(lines.Count(line => Regex.IsMatch(line, row)), Is.EqualTo(4), name);
            }
            // Reasons may be longer.
            Assert.That(lines.Where(line => !line.Contains("loses")).Select(line => line.TrimEnd('\r').Length),
                Is.All.LessThanOrEqualTo(120));
        });
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["out/fusion.json"]));
        JsonElement[] steps = [.. json.RootElement.GetProperty("steps").EnumerateArray()];
        XNamespace svg = "http://www.w3.org/2000/svg";
        string[] texts = [.. XDocument.Load(folder["out/fusion.svg"]).Descendants(svg + "text").Select(text => text.Value)];
        Assert.Multiple(() =>
        {
            Assert.That(steps.Select(step => (step.GetProperty("batch").GetInt32(), step.GetProperty("hidden")[0].GetInt32())),
                Is.EqualTo(new[]
            {
                (8, 4), (8, 12), (16, 4), (16, 12),
            }));
            foreach (JsonElement step in steps)
            {
                JsonElement[] without = [.. step.GetProperty("without").EnumerateArray()];
                Assert.That(without.Select(gain => gain.GetProperty("fusion").GetString()), Is.EqualTo(new[]
                {
                    "linear-activation", "activation-gradient", "reparameterization", "loss-gradient", "step-end",
                    "all", "recording",
                }));
                Assert.That(step.GetProperty("isOneCallOfTheDriver").GetBoolean(), Is.False);
                Assert.That(without[^1].GetProperty("launches").GetInt32(), Is.EqualTo(step.GetProperty("launches").GetInt32()));
                foreach (JsonElement gain in without.SkipLast(1))
                {
                    Assert.That(gain.GetProperty("launches").GetInt32(), Is.GreaterThan(step.GetProperty("launches").GetInt32()));
                    Assert.That(gain.GetProperty("speedup").GetProperty("median").GetDouble(), Is.Positive);
                    Assert.That(gain.GetProperty("predictedSpeedup").GetDouble(), Is.GreaterThan(1));
                }
            }
            Assert.That(texts, Is.SupersetOf(names).And.Contain("784-12-2, bernoulli, batch 16"));
            Assert.That(texts, Has.One.StartsWith("Fused steps over unfused ones, cpu"));
        });
    }

    [Test]
    public void The_options_of_a_training_name_the_only_step()
    {
        Call call = Fusion("--batch", "8", "--hidden", "6,5", "--json", folder["fusion.json"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["fusion.json"]));
        JsonElement step = json.RootElement.GetProperty("steps").EnumerateArray().Single();
        Assert.That(step.GetProperty("hidden").EnumerateArray().Select(units => units.GetInt32()), Is.EqualTo(new[] { 6, 5 }));
    }

    [TestCase("--device ilgpu-cpu", ExitCode.Usage, "cannot be profiled")]
    [TestCase("--batches 0", ExitCode.Usage, "--batches takes")]
    [TestCase("--widths none", ExitCode.Usage, "--widths takes")]
    [TestCase("--device opencl:99", ExitCode.Failed, "opencl:99")]
    [TestCase("--out /dev/null/below", ExitCode.Failed, "cannot be written")]
    public void What_cannot_be_is_explained(string line, int code, string word)
    {
        Call call = Call.Of(["fusion", .. line.Split(' ')]);
        Assert.That(call.ExitCode, Is.EqualTo(code), call.Error);
        Assert.That(call.Error, Does.Contain(word).And.Not.Contain("   at "));
    }

    private Call Fusion(params string[] more) => Call.Of(
        ["fusion", "--data", Call.PutData(folder), "--device", "cpu", "--threads", "1", "--latent", "2", "--quick", .. more]);
}
