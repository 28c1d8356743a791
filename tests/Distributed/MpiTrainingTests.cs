using System.Diagnostics;
using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Distributed;

/// <summary>Trainings by real processes, against that by one.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Platform(Exclude = "Win", Reason = "Open MPI and MPICH are for Unix.")]
public sealed class MpiTrainingTests
{
    private const string Shards = "4";
    private readonly ScratchFolder folder = new();

    private static IReadOnlyList<MpiLauncher> Launchers => MpiLauncher.All;

    private static IEnumerable<MpiLauncher> First => Launchers.Take(1);

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    /// <summary>Each with another number of ranks: what is the same for both is tested by <see cref="MpiTests"/>.</summary>
    [TestCase(0, 4)]
    [TestCase(1, 2)]
    public void Ranks_train_to_the_bits_of_one_process(int kind, int size)
    {
        var launcher = Launchers[kind];
        var (code, output, error) = launcher.Run(size, Program("ranks", epochs: 2));
        Assert.That(code, Is.Zero, error);
        Assert.That(output.Split('\n').Count(line => line.StartsWith("done: ", StringComparison.Ordinal)), Is.EqualTo(1), output);
        AssertSameBits("ranks", OneProcess(epochs: 2));
    }

    [TestCaseSource(nameof(Launchers))]
    public void Ranks_with_other_settings_are_refused(MpiLauncher launcher)
    {
        var (code, _, error) = Ended(launcher.Start(
            [(1, Program("ranks", epochs: 2)), (1, Program("ranks", epochs: 2, "--latent", "3"))]));
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error, Does.Contain("error: The processes differ: model.latent is 3 on rank 1 and 2 on rank 0"));
    }

    [TestCaseSource(nameof(First))]
    public void What_is_wrong_in_every_rank_is_said_once(MpiLauncher launcher)
    {
        var (code, _, error) = launcher.Run(3, Program("ranks", epochs: 1));
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error.Split('\n').Count(line => line.StartsWith("error: ", StringComparison.Ordinal)), Is.EqualTo(1), error);
        Assert.That(error, Does.Contain("error: 3 processes cannot share 4 shards evenly"));
    }

    [TestCaseSource(nameof(First))]
    public void A_killed_rank_leaves_the_last_checkpoint_and_one_process_goes_on(MpiLauncher launcher)
    {
        using (var process = launcher.Start(2, Program("ranks", epochs: 20_000)))
        {
            process.StandardOutput.ReadLine();
            using var victim = Process.GetProcessById(MpiLauncher.ProcessOf(1, folder["ranks"]));
            while (process.StandardOutput.ReadLine() is { } line && !line.Contains("  test ", StringComparison.Ordinal))
            {
            }
            victim.Kill();
            Assert.That(MpiLauncher.End(process).ExitCode, Is.Not.Zero);
        }
        int epochs = CheckpointFile.Read(folder["ranks/checkpoint.vae"]).Header.History.Count + 1;
        var resumed = Call.Of("train", "--resume", "--out", folder["ranks"], "--epochs", $"{epochs}", "--device", "cpu");
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        AssertSameBits("ranks", OneProcess(epochs));
    }

    private static (int ExitCode, string Output, string Error) Ended(Process process)
    {
        using (process)
            return MpiLauncher.End(process);
    }

    private string[] Program(string run, int epochs, params string[] more) =>
        ["vaegpu.dll", .. Call.Train(folder, ["--out", folder[run], "--shards", Shards, "--epochs", $"{epochs}", .. more])];

    private Checkpoint OneProcess(int epochs)
    {
        var call = Call.Of(Program("one", epochs)[1..]);
        Assert.That(call.ExitCode, Is.Zero, call.Error);
        return CheckpointFile.Read(folder["one/checkpoint.vae"]);
    }

    private void AssertSameBits(string run, Checkpoint expected)
    {
        var found = CheckpointFile.Read(folder[$"{run}/checkpoint.vae"]);
        Assert.That(Bits(found), Is.EqualTo(Bits(expected)));
        Assert.That(found.Header.History.Select(epoch => epoch.Test), Is.EqualTo(expected.Header.History.Select(epoch => epoch.Test)));
    }

    private static IEnumerable<int> Bits(Checkpoint checkpoint) =>
        [.. checkpoint.Parameters.Concat(checkpoint.FirstMoments).Concat(checkpoint.SecondMoments).Select(BitConverter.SingleToInt32Bits)];
}
