using VaeGpu.Host;
using VaeGpu.Tests.Host;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Distributed.Nccl;
using VaeGpu.Training.Optimization;

namespace VaeGpu.Tests.Distributed;

/// <summary>Sums on devices, with <see cref="StandInNccl"/> in NCCL's place and the processor in the GPU's.</summary>
[NonParallelizable]
public sealed class NcclTests
{
    private const int Seed = 8;

    [TestCase(2)]
    [TestCase(4)]
    [TestCase(8)]
    public void Sums_on_devices_have_the_bits_of_the_tree_of_ranks(int size)
    {
        int[] lengths = [1, 3, 17, RankExchange.Short - 1, RankExchange.Short, RankExchange.Short + 3, 20_011];
        var sums = OnEachRank(size, ReduceKind.Exact, (ranks, accelerator) =>
            lengths.Select(length => Sum(ranks, accelerator, Values(length, ranks.Rank))).ToArray());
        for (int i = 0; i < lengths.Length; i++)
        {
            var expected = Tree([.. Enumerable.Range(0, size).Select(rank => Values(lengths[i], rank))]);
            foreach (var sum in sums)
                Assert.That(sum[i], Is.EqualTo(expected), $"seed {Seed}, {lengths[i]} values");
        }
        Assert.That(StandInNccl.Open, Is.Zero);
    }

    [Test]
    public void Fast_sums_are_those_of_the_librarys_own_reduction()
    {
        int before = StandInNccl.Reductions;
        var sums = OnEachRank(4, ReduceKind.Fast, (ranks, accelerator) => Sum(ranks, accelerator, Values(1000, ranks.Rank)));
        var expected = Tree([.. Enumerable.Range(0, 4).Select(rank => Values(1000, rank))]);
        Assert.That(StandInNccl.Reductions, Is.EqualTo(before + 4));
        foreach (var sum in sums)
            Assert.That(sum, Is.EqualTo(expected).Within(1e-3));
    }

    [TestCase(true, "rank 1: ncclCommInitRank failed: invalid usage")]
    [TestCase(false, "rank 1: NCCL is not here")]
    public void Where_a_rank_cannot_take_part_no_rank_does(bool isThere, string reason)
    {
        var refusals = Together(4, (ranks, accelerator) =>
        {
            bool isOdd = ranks.Rank == 1;
            string refusal = isOdd && !isThere ? "NCCL is not here" : "";
            var functions = isOdd && !isThere ? null : StandInNccl.Functions(refuses: isOdd);
            Assert.That(NcclCommunicator.Connect(ranks, accelerator, ReduceKind.Exact, functions, ref refusal), Is.Null);
            return refusal;
        });
        Assert.That(refusals, Is.All.StartsWith(reason));
        Assert.That(StandInNccl.Open, Is.Zero);
    }

    [Test]
    public void Without_an_id_of_the_first_rank_no_rank_waits_for_others()
    {
        int before = StandInNccl.Connections;
        var refusals = Together(2, (ranks, accelerator) =>
        {
            string refusal = "";
            Assert.That(
                NcclCommunicator.Connect(ranks, accelerator, ReduceKind.Exact, StandInNccl.Functions(hasId: false), ref refusal), Is.Null);
            return refusal;
        });
        Assert.That(refusals, Is.All.StartsWith("rank 0: ncclGetUniqueId failed: invalid usage"));
        Assert.That(StandInNccl.Connections, Is.EqualTo(before));
    }

    [Test]
    public void A_fault_that_NCCL_noticed_meanwhile_ends_the_next_sum()
    {
        StandInNccl.AsyncError = StandInNccl.InvalidUsage;
        try
        {
            OnEachRank(2, ReduceKind.Exact, (ranks, accelerator) =>
            {
                var fault = Assert.Throws<CommunicationException>(() => Sum(ranks, accelerator, [1f]));
                Assert.That(fault!.Message, Does.Contain("NCCL failed: invalid usage"));
                return 0;
            });
        }
        finally
        {
            StandInNccl.AsyncError = NcclFunctions.Success;
        }
    }

    [TestCase(true, 0)]
    [TestCase(false, 2)]
    public void Devices_are_left_in_order_at_the_end_of_the_work_and_cut_off_otherwise(bool isComplete, int aborted)
    {
        int before = StandInNccl.Aborted;
        OnEachRank(2, ReduceKind.Exact, (ranks, accelerator) =>
        {
            if (isComplete)
                ranks.Complete();
            return 0;
        });
        Assert.That((StandInNccl.Aborted - before, StandInNccl.Open), Is.EqualTo((aborted, 0)));
    }

    [Test]
    public void A_process_that_is_alone_has_nothing_to_reduce_fast()
    {
        var call = Call.Of("train", "--reduce", "fast");
        Assert.That((call.ExitCode, call.Error.Trim()), Is.EqualTo(
            (ExitCode.Usage, "error: --reduce fast goes with several processes: start them with mpirun, mpiexec or srun.")));
    }

    [Test]
    public void Fast_sums_without_NCCL_are_refused_with_the_reason()
    {
        var refusals = Together(2, (ranks, accelerator) => Assert.Throws<CommunicationException>(
            () => Communicators.OnDevices(ranks, accelerator, ReduceKind.Fast, out _))!.Message);
        Assert.That(refusals, Is.All.EqualTo("--reduce fast needs NCCL, but rank 0: its device is not a GPU of NVIDIA's. "
            + "Leave it out; the sum then goes through MPI."));
    }

    [Test]
    public void A_training_whose_gradients_stay_on_devices_has_the_same_bits()
    {
        var configuration = RankedTraining.Configuration(new() { Shards = 8 });
        var found = RankedTraining.Run(4, (ranks, backend) =>
        {
            string refusal = "";
            using var devices = NcclCommunicator.Connect(
                ranks, backend.Accelerator, ReduceKind.Exact, StandInNccl.Functions(), ref refusal);
            using var trainer = new Trainer(backend.Accelerator, configuration, RankedTraining.Data, communicator: devices!);
            TinyRun.Finish(trainer);
            return trainer.Snapshot();
        });
        var expected = RankedTraining.Train(1, configuration)[0];
        foreach (var one in found)
            TrainerTests.Same(one, expected);
    }

    private static T[] OnEachRank<T>(int size, ReduceKind kind, Func<IDeviceCommunicator, Accelerator, T> work) =>
        Together(size, (local, accelerator) =>
        {
            string refusal = "";
            using var ranks = NcclCommunicator.Connect(local, accelerator, kind, StandInNccl.Functions(), ref refusal);
            Assert.That(ranks, Is.Not.Null, refusal);
            return work(ranks!, accelerator);
        });

    /// <summary>Each rank in a thread of its own, with a device of its own.</summary>
    private static T[] Together<T>(int size, Func<ICommunicator, Accelerator, T> work)
    {
        Task<T>[] tasks =
        [
            .. LocalCommunicator.Ranks(size).Select(ranks => Task.Factory.StartNew(
                () =>
                {
                    using var backend = VaeGpu.Kernels.Devices.Backend.Open("cpu", threads: 1);
                    return work(ranks, backend.Accelerator);
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        return Task.WhenAll(tasks).GetAwaiter().GetResult();
    }

    private static float[] Sum(IDeviceCommunicator ranks, Accelerator accelerator, float[] values)
    {
        using var buffer = accelerator.Allocate1D(values);
        ranks.Sum(buffer.View);
        return buffer.GetAsArray1D();
    }

    private static float[] Values(int length, int rank)
    {
        var random = new Random(Seed * 100 + rank);
        return [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-10, 10))))];
    }

    private static float[] Tree(float[][] values) => values.Length == 1
        ? values[0]
        : [.. Tree(values[..(values.Length / 2)]).Zip(Tree(values[(values.Length / 2)..]), (left, right) => left + right)];
}
