using System.Text.Json;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Host;

/// <summary>The table of "vaegpu kernels emulate".</summary>
public sealed class EmulationTests
{
    [Test]
    public void The_default_step_is_a_table_of_emulated_figures_that_says_so()
    {
        using var folder = new ScratchFolder();
        Call call = Call.Of(
            "kernels", "emulate", "--step", "default", "--batch", "4", "--gpu", "a100", "--json", folder["figures.json"]);
        string[] lines = call.Output.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.Zero, call.Error);
            Assert.That(lines[0], Does.StartWith("Emulated, not measured"));
            Assert.That(lines.Where(line => line.Length > 120), Is.Empty);
            Assert.That(call.Output, Does.Contain("NVIDIA A100 (compute capability 8.0)"));
            Assert.That(lines.Single(line => line.StartsWith("Adam.Run", StringComparison.Ordinal)),
                Does.Match(@"^Adam\.Run +[\d.]+ of [\d.]+ +– +\d+ % +\d+ % +64 +0 +(–|\d+) +\d+ +\d+ %  (threads|groups|registers)$"));
        });
        using var json = JsonDocument.Parse(File.ReadAllText(folder["figures.json"]));
        JsonElement[] kernels = [.. json.RootElement.GetProperty("kernels").EnumerateArray()];
        Assert.Multiple(() =>
        {
            Assert.That(json.RootElement.GetProperty("isMeasured").GetBoolean(), Is.False);
            foreach (JsonElement kernel in kernels)
            {
                string name = kernel.GetProperty("kernel").GetString()!;
                Assert.That(
                    lines.Count(line => line == name || line.StartsWith(name + " ", StringComparison.Ordinal)), Is.EqualTo(1), name);
                Assert.That(kernel.GetProperty("sectorsPerRequest").GetDouble(),
                    Is.GreaterThanOrEqualTo(kernel.GetProperty("leastSectorsPerRequest").GetDouble()), name);
                Assert.That(kernel.GetProperty("occupancy").GetDouble(), Is.InRange(0.01, 1), name);
            }
        });
    }

    [Test]
    public void Kernels_of_a_user_are_emulated_and_those_at_fault_are_named()
    {
        string mistakes = Path.Combine(AppContext.BaseDirectory, "VaeGpu.KernelMistakes.dll");
        Call call = Call.Of("kernels", "emulate", "--assembly", mistakes);
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(1));
            Assert.That(call.Output, Does.Match(@"Mistakes\.UncoalescedAccess +18\.0 of 4\.0 "));
            Assert.That(call.Output, Does.Match(@"Mistakes\.BankConflict +4\.0 of 4\.0 +16\.5 of 1\.0 "));
            Assert.That(call.Error, Does.Contain("Mistakes.OutOfBounds: at fault; see kernels check"));
        });
    }

    [Test]
    public void What_is_not_there_is_a_usage_error_that_says_what_is() => Assert.Multiple(() =>
    {
        Call gpu = Call.Of("kernels", "emulate", "--gpu", "abacus");
        Assert.That((gpu.ExitCode, gpu.Error), Is.EqualTo((2, gpu.Error)));
        Assert.That(gpu.Error, Does.Contain("a100, rtx3090, rtx4090, h100, h200"));
        Call kernel = Call.Of("kernels", "emulate", "--name", "adan", "--step", "default");
        Assert.That((kernel.ExitCode, kernel.Error), Is.EqualTo((2, kernel.Error)));
        Assert.That(kernel.Error, Does.Contain("No kernel of the step \"default\" has \"adan\" in its name."));
    });
}
