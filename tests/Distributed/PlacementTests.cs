using System.Globalization;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Distributed.Mpi;

namespace VaeGpu.Tests.Distributed;

/// <summary>What ranks know of their launcher and of each other.</summary>
public sealed class PlacementTests
{
    [TestCase("OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4 PMIX_RANK=1", "mpirun of Open MPI", 1, 4, "libmpi.so.40", true)]
    [TestCase("PMI_RANK=0 PMI_SIZE=2", "mpiexec of MPICH or srun", 0, 2, "libmpi.so.12", false)]
    [TestCase("PMIX_RANK=3 SLURM_STEP_NUM_TASKS=8 SLURM_PROCID=3", "srun or prterun", 3, 8, "libmpi.so.40", false)]
    [TestCase("PMIX_RANK=3", "srun or prterun", 3, null, "libmpi.so.40", false)]
    public void The_launcher_shows_in_the_environment(
        string variables, string name, int rank, int? size, string library, bool binds)
    {
        var launcher = Launcher.Of(In(variables));
        Assert.That(
            (launcher!.Name, launcher.Rank, launcher.Size, launcher.Libraries[0], launcher.Binds),
            Is.EqualTo((name, rank, size, library, binds)));
    }

    [TestCase("")]
    [TestCase("SLURM_PROCID=0 SLURM_NTASKS=8")]
    [TestCase("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 PMIX_RANK=0")]
    [TestCase("PMI_RANK=0 PMI_SIZE=1")]
    public void A_process_that_is_alone_has_no_launcher(string variables) => Assert.That(Launcher.Of(In(variables)), Is.Null);

    [TestCase("a:0-7 a:0-7", 1, 8, 1, 2, 4)]
    [TestCase("a:0-3 a:4-7", 1, 4, 1, 2, 4)]
    [TestCase("a:0-7 b:0-7 a:0-7 b:0-7", 2, 8, 1, 2, 4)]
    [TestCase("a:0-7 a:0-7", 0, 2, 0, 2, 1)]
    [TestCase("a:0-1 a:0-1 a:0-1 a:0-1", 3, 2, 3, 4, 1)]
    [TestCase("a:0-7 a:0-7 a:0-7", 1, 8, 1, 3, 2)]
    public void The_cores_of_a_machine_are_divided_between_its_ranks(
        string ranks, int rank, int processors, int localRank, int localSize, int threads)
    {
        Peer[] peers = [.. ranks.Split(' ').Select((text, i) => PeerOf(i, text))];
        var placement = Placement.Of(rank, peers, processors, launcherCores: 0);
        Assert.That((placement.LocalRank, placement.LocalSize, placement.Threads), Is.EqualTo((localRank, localSize, threads)));
    }

    [TestCase("a:0-0 a:1-1", 8, 6)]
    [TestCase("a:0-3 a:4-7", 8, 0)]
    [TestCase("a:0-0 a:1-1", 0, 0)]
    public void Cores_of_the_launcher_that_no_rank_may_use_are_counted(string ranks, int launcherCores, int unused)
    {
        Peer[] peers = [.. ranks.Split(' ').Select((text, i) => PeerOf(i, text))];
        Assert.That(Placement.Of(0, peers, 8, launcherCores).UnusedCores, Is.EqualTo(unused));
    }

    [Test]
    [Platform("Linux")]
    public void The_cores_of_the_process_that_started_this_one_are_known() =>
        Assert.That(Peer.CoresOfParent(), Is.InRange(1, 1 << 16));

    [Test]
    public void A_rank_tells_the_others_of_itself()
    {
        var self = Peer.Self(3);
        var told = Peer.Of(self.ToBytes());
        Assert.That(told.ToString(), Is.EqualTo(self.ToString()));
        Assert.That(told.Cores, Is.EqualTo(self.Cores));
        Assert.That(told.IsNeighborOf(self) && told.IsAlive());
        Assert.That(Environment.ProcessorCount, Is.LessThanOrEqualTo(told.Cores.Length));
    }

    [TestCase(null, 1800)]
    [TestCase("", 1800)]
    [TestCase("1.5", 1.5)]
    public void The_limit_of_waiting_is_in_seconds(string? text, double seconds) =>
        Assert.That(Watchman.Limit(text).TotalSeconds, Is.EqualTo(seconds));

    [TestCase("10m")]
    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("1e300")]
    [TestCase("Infinity")]
    [TestCase("NaN")]
    public void A_limit_that_is_not_a_time_is_refused(string text) => Assert.That(
        () => Watchman.Limit(text),
        Throws.TypeOf<CommunicationException>().With.Message.StartsWith("VAEGPU_MPI_TIMEOUT takes seconds")
            .And.Message.EndsWith($"not \"{text}\"."));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(8)]
    [TestCase(64)]
    public void The_exchanges_of_a_sum_move_no_more_than_a_ring(int size)
    {
        const int Length = 100_003;
        for (int rank = 0; rank < size; rank++)
        {
            var plan = RankExchange.Plan(Length, rank, size);
            double ring = 2.0 * (size - 1) / size * Length;
            Assert.That(plan.Sum(exchange => exchange.Sent.Length), Is.LessThanOrEqualTo(ring + 2 * plan.Length));
            Assert.That(plan, Has.Length.LessThanOrEqualTo(2 * int.Log2(size)));
        }
    }

    [TestCase("10 10 10 10", null)]
    [TestCase("10 10 11.9 10", null)]
    [TestCase("10 12", null)]
    [TestCase("10 13", "the others wait for rank 1 on b (1.3 times as long), which computes for longer than the median rank.")]
    [TestCase(
        "10 20 10 15", "the others wait for rank 1 on b (2.0 times as long), rank 3 on d (1.5 times as long), "
        + "which computes for longer than the median rank.")]
    public void Ranks_that_compute_for_a_fifth_longer_than_the_median_are_named(string seconds, string? sentence)
    {
        var times = seconds.Split(' ').Select((text, i) => (double.Parse(text, CultureInfo.InvariantCulture), $"{(char)('a' + i)}"));
        Assert.That(RankTimes.Slow([.. times]), Is.EqualTo(sentence));
    }

    private static Peer PeerOf(int rank, string text)
    {
        string[] parts = text.Split(':', '-');
        int first = int.Parse(parts[1]), last = int.Parse(parts[2]);
        return new(rank, parts[0], "", rank, [.. Enumerable.Range(first, last - first + 1)]);
    }

    private static Func<string, string?> In(string variables)
    {
        var all = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return name => all.GetValueOrDefault(name);
    }
}
