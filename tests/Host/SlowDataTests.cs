using System.Diagnostics;
using VaeGpu.Host;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Host;

/// <summary>Data that take their time: a pipe that nobody has written to yet.</summary>
[Platform(Exclude = "Win", Reason = "Windows has no pipes in folders.")]
public sealed class SlowDataTests
{
    // The time decides nothing: it ends a test that would else wait for ever.
    [TestCase(false), TestCase(true), CancelAfter(60_000)]
    public async Task A_stop_does_not_wait_for_data(bool evaluates, CancellationToken late)
    {
        using var folder = new ScratchFolder();
        string[] line = Call.Train(folder, "--data", folder["pipe.csv"]);
        if (evaluates)
        {
            Assert.That(Call.Of(Call.Train(folder, "--epochs", "1")).ExitCode, Is.EqualTo(ExitCode.Done));
            line = ["evaluate", folder["run"], "--data", folder["pipe.csv"], "--device", "cpu"];
        }
        using (var make = Process.Start("mkfifo", [folder["pipe.csv"]]))
            await make.WaitForExitAsync(late);
        try
        {
            using var stop = new CancellationTokenSource();
            var call = Task.Run(() => Call.Of(line, interactive: false, stop.Token), late);
            stop.CancelAfter(TimeSpan.FromSeconds(1));
            Assert.That((await call.WaitAsync(late)).ExitCode, Is.EqualTo(ExitCode.Stopped));
        }
        finally
        {
            // Who still reads finds the pipe's end.
            using var written = new FileStream(folder["pipe.csv"], FileMode.Open, FileAccess.ReadWrite);
        }
    }
}
