using System.Diagnostics;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Distributed.Mpi;

namespace VaeGpu.Tests.Distributed;

/// <summary>Real processes, started by each launcher that is installed here.</summary>
[Platform(Exclude = "Win", Reason = "Open MPI and MPICH are for Unix.")]
public sealed class MpiTests
{
    private const int Seed = 15;

    private static IReadOnlyList<MpiLauncher> Launchers => MpiLauncher.All;

    [Test]
    public void Sums_and_gatherings_of_ranks_have_the_bits_of_one_process(
        [ValueSource(nameof(Launchers))] MpiLauncher launcher, [Values(2, 4)] int size)
    {
        var (code, output, error) = launcher.Run(size, ["VaeGpu.Ranks.dll", "check", $"{Seed}"]);
        Assert.That((code, output.Trim()), Is.EqualTo((0, $"{size} ranks: 10 lengths, all bits equal")), $"seed {Seed}: {error}");
    }

    [TestCaseSource(nameof(Launchers))]
    public void One_process_alone_loads_no_library(MpiLauncher launcher)
    {
        var (code, output, error) = launcher.Run(
            1, ["VaeGpu.Ranks.dll", "check", "1"], (MpiLibrary.FileVariable, "/there/is/none.so"));
        Assert.That((code, output.Trim()), Is.EqualTo((0, "alone")), error);
    }

    [TestCaseSource(nameof(Launchers))]
    public void A_rank_that_fails_ends_all(MpiLauncher launcher)
    {
        var (code, _, error) = launcher.Run(2, ["VaeGpu.Ranks.dll", "fault", "1"]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("error: This rank fails on purpose."));
    }

    [TestCaseSource(nameof(Launchers))]
    public void A_sum_that_is_cancelled_leaves_its_values_alone_and_the_exit_code_is_passed_on(MpiLauncher launcher)
    {
        var (code, output, error) = launcher.Run(2, ["VaeGpu.Ranks.dll", "cancel", "1"]);
        Assert.That((code, output.Trim()), Is.EqualTo((3, "sum 1")), error);
    }

    [TestCaseSource(nameof(Launchers))]
    public void A_rank_that_is_killed_ends_all(MpiLauncher launcher)
    {
        using var process = launcher.Start(4, ["VaeGpu.Ranks.dll", "wait", "2"]);
        var processes = Enumerable.Range(0, 4).Select(_ => process.StandardOutput.ReadLine()!.Split(' '))
            .ToDictionary(words => words[1], words => int.Parse(words[3]));
        using (var victim = Process.GetProcessById(processes["2"]))
            victim.Kill();
        var (code, _, _) = MpiLauncher.End(process);
        Assert.That(code, Is.Not.Zero);
        Assert.That(() => processes.Values.Where(IsRunning), Is.Empty.After(10_000, 50), "Ranks go on alone.");
    }

    /// <summary>Whether a process of Linux is there, and not just waiting for its parent to be told of its end.</summary>
    private static bool IsRunning(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    [TestCaseSource(nameof(Launchers))]
    public void A_rank_that_does_not_come_is_given_up_by_name(MpiLauncher launcher)
    {
        var (code, _, error) = launcher.Run(2, ["VaeGpu.Ranks.dll", "wait", "1"], (Watchman.LimitVariable, "1.5"));
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Match(
            @"error: .*rank 0 \(.*\) waited \d+ s for values of rank 1 \(.*, process \d+\) and gave up\. VAEGPU_MPI_TIMEOUT"));
    }

    [TestCaseSource(nameof(Launchers))]
    public void Without_a_library_it_is_said_what_to_install(MpiLauncher launcher)
    {
        var (code, _, error) = launcher.Run(
            2, ["VaeGpu.Ranks.dll", "check", "1"], (MpiLibrary.FileVariable, "/there/is/none.so"));
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("but no MPI library was found (/there/is/none.so). VAEGPU_MPI_LIBRARY names it"));
    }

    [Test]
    public void A_launcher_of_one_library_with_another_is_refused()
    {
        // Ignores the test where MPICH is not there.
        MpiLauncher.All[1].Run(1, ["VaeGpu.Ranks.dll", "check", "1"]);
        var (code, _, error) = MpiLauncher.All[0].Run(
            2, ["VaeGpu.Ranks.dll", "check", "1"], (MpiLibrary.FileVariable, "libmpich.so.12"));
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Match("mpirun of Open MPI started 2 processes, of which MPICH .* sees 1: they do not belong together"));
    }
}
