using System.Diagnostics;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

/// <summary>The program as a process of its own, told by a signal to stop.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Platform(Exclude = "Win", Reason = "Windows has no signals to send.")]
public sealed class SignalTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("INT", ExitCode.Stopped)]
    [TestCase("TERM", ExitCode.Terminated)]
    public void A_training_that_is_told_to_stop_saves_and_returns_the_signals_number(string signal, int code)
    {
        using var process = Start(Call.Train(folder, "--epochs", "20000"));
        while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith("epoch", StringComparison.Ordinal))
        {
        }
        Send(signal, process);
        var rest = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That((process.ExitCode, process.StandardError.ReadToEnd()), Is.EqualTo((code, "")));
        Assert.That(rest, Does.Contain("stopped; go on with"));
        Assert.That(CheckpointFile.Read(folder["run/checkpoint.vae"]).Header.History, Is.Not.Empty);
    }

    private static Process Start(string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "vaegpu.dll");
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [program, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
    }

    private static void Send(string signal, Process process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
        Assert.That(kill.ExitCode, Is.Zero);
    }
}
