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

    [TestCase("HUP", ExitCode.HungUp)]
    [TestCase("INT", ExitCode.Stopped)]
    [TestCase("TERM", ExitCode.Terminated)]
    public void A_training_that_is_told_to_stop_saves_and_returns_the_signals_number(string signal, int code)
    {
        if (signal == "HUP")
            SkipWhereHangUpsAreIgnored();
        using var process = Start(Call.Train(folder, "--epochs", "20000"));
        WaitForEpoch(process);
        Send(signal, process);
        var rest = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That((process.ExitCode, process.StandardError.ReadToEnd()), Is.EqualTo((code, "")));
        Assert.That(rest, Does.Contain("stopped; continue with"));
        Assert.That(CheckpointFile.Read(folder["run/checkpoint.vae"]).Header.History, Is.Not.Empty);
    }

    [Test]
    public void A_training_whose_terminal_is_lost_saves_and_leaves_nothing_half_done()
    {
        if (!File.Exists("/usr/bin/script"))
            Assert.Ignore("There is no /usr/bin/script to give a process a terminal.");
        SkipWhereHangUpsAreIgnored();
        IEnumerable<string> command = [Environment.ProcessPath!, .. Program(Call.Train(folder, "--epochs", "20000"))];
        using var terminal = Process.Start(new ProcessStartInfo(
            "/usr/bin/script", ["-qec", string.Join(' ', command.Select(word => $"'{word}'")), "/dev/null"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, Environment = { ["TERM"] = "xterm" },
        })!;
        WaitForEpoch(terminal);
        Send("KILL", terminal);
        Assert.That(() => File.Exists(folder["run/.vaegpu.lock"]), Is.False.After(60).Seconds.PollEvery(50).MilliSeconds);
        Assert.That(Directory.GetFiles(folder["run"], "*.tmp"), Is.Empty);
        Assert.That(CheckpointFile.Read(folder["run/checkpoint.vae"]).Header.History, Is.Not.Empty);
    }

    private static Process Start(string[] arguments) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Program(arguments))
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;

    private static IEnumerable<string> Program(string[] arguments) => [Path.Combine(AppContext.BaseDirectory, "vaegpu.dll"), .. arguments];

    /// <summary>Waits for the line of the first epoch that has ended.</summary>
    private static void WaitForEpoch(Process process)
    {
        while (process.StandardOutput.ReadLine() is { } line && !line.Contains("  test ", StringComparison.Ordinal))
        {
        }
    }

    /// <summary>The lowest bit of the ignored signals is that of SIGHUP; child processes inherit it.</summary>
    private static void SkipWhereHangUpsAreIgnored()
    {
        if (File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status")
            .Any(line => line.StartsWith("SigIgn:", StringComparison.Ordinal) && Convert.ToUInt64(line[7..].Trim(), 16) % 2 == 1))
            Assert.Ignore("SIGHUP is ignored here, as under nohup.");
    }

    private static void Send(string signal, Process process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
        Assert.That(kill.ExitCode, Is.Zero);
    }
}
