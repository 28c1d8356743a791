using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Training;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Distributed;

/// <summary>A batch of eight shards, on 1 to 8 ranks.</summary>
public sealed class ShardTests
{
    private static readonly ModelConfiguration Mlp = RankedTraining.Configuration().Model;

    private static IEnumerable<TestCaseData> Cases()
    {
        yield return Case("MLP", new());
        yield return Case("convolution", new(), Mlp with { Convolutions = [3], Hidden = [6] });
        yield return Case("IWAE", new() { Objective = new() { Bound = Objective.Iwae, Samples = 3 } });
        yield return Case("conditional", new() { Objective = new() { Samples = 2 } }, Mlp with { Classes = 3, Prior = Prior.Network });
        yield return Case("clipping", new() { Optimizer = new() { ClipNorm = 0.1 } });
        yield return Case("AdamW", new() { Optimizer = new() { Name = Optimizer.Adamw, WeightDecay = 0.1 } });
        yield return Case("optimal variance", new(), Mlp with { Likelihood = Likelihood.GaussianOptimal });
        yield return Case("shared variance", new(), Mlp with { Likelihood = Likelihood.GaussianShared });
        yield return Case("free bits", new() { Objective = new() { FreeBits = 0.02 } });
        yield return Case("binarized", new(), null, Binarization.Dynamic);

        static TestCaseData Case(
            string name, TrainingConfiguration training, ModelConfiguration? model = null, Binarization binarization = Binarization.None) =>
            new TestCaseData(RankedTraining.Configuration(training with { Shards = 8 }, model, binarization: binarization))
                .SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Cases))]
    public void The_number_of_ranks_changes_no_bit(RunConfiguration configuration)
    {
        Checkpoint alone = RankedTraining.Train(1, configuration)[0];
        foreach (int ranks in (int[])[2, 4, 8])
        {
            foreach (Checkpoint one in RankedTraining.Train(ranks, configuration))
                TrainerTests.Same(one, alone);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Shards_change_the_rounding_of_sums_alone(RunConfiguration configuration)
    {
        configuration = configuration with { Training = configuration.Training with { Epochs = 1 } };
        Checkpoint sharded = RankedTraining.Train(1, configuration)[0];
        Checkpoint whole =
            RankedTraining.Train(1, configuration with { Training = configuration.Training with { Shards = 1 } })[0];
        Assert.That(sharded.Parameters, Is.Not.EqualTo(whole.Parameters), "else there were no shards");
        Assert.That(Distance(sharded.Parameters, whole.Parameters), Is.LessThan(2e-4));
        Assert.That(Distance(sharded.FirstMoments, whole.FirstMoments), Is.LessThan(1e-5 * whole.FirstMoments.Max(MathF.Abs)));
        LossTerms one = sharded.Header.History[0].Test, other = whole.Header.History[0].Test;
        Assert.That(one.Loss, Is.EqualTo(other.Loss).Within(1e-4).Percent);

        static float Distance(float[] some, float[] others) => some.Zip(others, (a, b) => MathF.Abs(a - b)).Max();
    }

    [Test]
    public void A_run_goes_on_with_another_number_of_ranks()
    {
        var configuration = RankedTraining.Configuration(new() { Shards = 8 });
        Checkpoint unbroken = RankedTraining.Train(1, configuration)[0];
        Checkpoint stopped = RankedTraining.Run(4, (communicator, backend) =>
        {
            using var trainer = new Trainer(backend.Accelerator, configuration, RankedTraining.Data, communicator: communicator);
            using var stop = new CancellationTokenSource();
            // One rank alone is asked to stop, before the first step; all of them do behind it.
            if (communicator.Rank == 2)
                stop.Cancel();
            Assert.That(trainer.TrainEpoch(new TinyRun.Observer(), stop.Token), Is.Null);
            return trainer.Snapshot();
        })[3];
        Assert.That(stopped.Header.Position.Step, Is.EqualTo(2));
        foreach (int ranks in (int[])[1, 2, 8])
            TrainerTests.Same(RankedTraining.Train(ranks, configuration, from: stopped)[0], unbroken);
    }

    [Test]
    public void Ranks_read_the_rows_of_their_shards_from_a_file()
    {
        var configuration = RankedTraining.Configuration(new() { Shards = 4 });
        var images = (ImageSet)RankedTraining.Data.Train;
        var file = new MemoryRows(images.Count, images.Format.Size);
        file.Write(0, images.Pixels);
        var data = RankedTraining.Data with
        {
            Train = new DiskImageSet(file, (ImageFormat)images.Format, images.Labels),
        };
        Checkpoint resident = RankedTraining.Train(1, configuration)[0];
        TrainerTests.Same(RankedTraining.Train(4, configuration, data)[3], resident);
        TrainerTests.Same(RankedTraining.Train(1, configuration, data)[0], resident);
        var order = new BatchOrder(1, HalfBits: 0, MaximalRows: 16) { Plan = new ShardPlan(4, 2, 4) };
        using var loader = new BatchLoader(data.Train, order);
        // Of 11 rows in shards of 3, the third shard has rows 6 to 8.
        loader.Take(new(0, 32, 11), bytes => Assert.That(bytes.ToArray(), Is.EqualTo(images.Pixels[(38 * 64)..(41 * 64)])));
    }

    [Test]
    public void A_loss_that_explodes_is_found_by_all_ranks()
    {
        var configuration = RankedTraining.Configuration(new() { Shards = 2 });
        configuration = configuration with { Training = configuration.Training with { LearningRate = 1e30 } };
        Exception[] found = RankedTraining.Run(2, (communicator, backend) =>
        {
            using var trainer = new Trainer(backend.Accelerator, configuration, RankedTraining.Data, communicator: communicator);
            return Assert.Catch<Exception>(() => TinyRun.Finish(trainer))!;
        });
        Assert.That(found[0], Is.TypeOf<TrainingDivergedException>());
        Assert.That(found[1], Is.TypeOf<TrainingDivergedException>().Or.TypeOf<CommunicationException>());
    }

    [Test]
    public void Graphs_of_shards_are_their_launches()
    {
        var configuration = RankedTraining.Configuration(new() { Shards = 4 }, Mlp with { Likelihood = Likelihood.GaussianOptimal });
        using var backend = Backend.Open("cpu", 1);
        using var launched = new Trainer(backend.Accelerator, configuration, RankedTraining.Data) { ReplaysSteps = false };
        using var replayed = new Trainer(backend.Accelerator, configuration, RankedTraining.Data);
        TinyRun.Finish(launched);
        TinyRun.Finish(replayed);
        TrainerTests.Same(launched.Snapshot(), replayed.Snapshot());
    }

    [Test]
    public void Other_shards_than_those_of_the_checkpoint_are_refused()
    {
        Checkpoint checkpoint = RankedTraining.Train(1, RankedTraining.Configuration(new() { Shards = 2, Epochs = 1 }))[0];
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(
            backend.Accelerator, RankedTraining.Configuration(new() { Shards = 4, Epochs = 1 }), RankedTraining.Data);
        Assert.That(
            () => trainer.Restore(checkpoint), Throws.TypeOf<RunException>().With.Message.Contains("2 shards of each batch, not 4"));
    }

    [Test]
    public void Ranks_on_devices_with_memory_of_their_own_have_the_same_bits()
    {
        var configuration = RankedTraining.Configuration(
            new() { Shards = 4, Epochs = 1 }, Mlp with { Likelihood = Likelihood.GaussianOptimal });
        Checkpoint alone = RankedTraining.Train(1, configuration)[0];
        Checkpoint[] ranked = RankedTraining.Run(2, (communicator, _) =>
        {
            using var backend = Backend.Open("interpreter", 1);
            using var trainer = new Trainer(backend.Accelerator, configuration, RankedTraining.Data, communicator: communicator);
            TinyRun.Finish(trainer);
            return trainer.Snapshot();
        });
        foreach (Checkpoint one in ranked)
            TrainerTests.Same(one, alone);
    }

    [TestCase(3, 1, "a power of two")]
    [TestCase(2, 4, "4 processes cannot share 2 shards evenly")]
    [TestCase(1, 2, "Start one process")]
    public void Shards_that_cannot_be_shared_are_refused(int shards, int ranks, string words)
    {
        LocalCommunicator? communicator = ranks == 1 ? null : LocalCommunicator.Ranks(ranks)[0];
        Assert.That(() => ShardPlan.Of(shards, communicator), Throws.TypeOf<RunException>().With.Message.Contains(words));
    }

    [Test]
    public void The_shards_of_all_ranks_are_the_rows_of_the_batch()
    {
        foreach (int rows in (int[])[1, 5, 8, 11, 16, 1000])
        {
            foreach (int ranks in (int[])[1, 2, 8])
            {
                int next = 0;
                for (int rank = 0; rank < ranks; rank++)
                {
                    var plan = new ShardPlan(8, rank, ranks);
                    int start = next;
                    for (int shard = plan.First; shard < plan.First + plan.Count; shard++)
                    {
                        var (first, count) = plan.RowsOf(shard, rows);
                        Assert.That(first, Is.EqualTo(next));
                        Assert.That(count, Is.InRange(0, plan.MostRows(rows)));
                        next += count;
                    }
                    Assert.That(plan.RowsHere(rows), Is.EqualTo((start, next - start)));
                    for (int most = rows; most < 2 * rows + 8; most++)
                        Assert.That(next - start, Is.LessThanOrEqualTo(plan.MostRowsHere(most)));
                }
                Assert.That(next, Is.EqualTo(rows));
            }
        }
    }
}
