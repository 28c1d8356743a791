using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Distributed;

/// <summary>Ranks that were started with other programs, settings or data.</summary>
public sealed class AgreementTests
{
    private static readonly RunConfiguration Configuration = RankedTraining.Configuration(new() { Shards = 2, Epochs = 1 });

    [Test]
    public void A_rank_with_another_setting_is_refused_by_all_with_the_setting()
    {
        var other = Configuration with { Training = Configuration.Training with { LearningRate = 0.25 } };
        string[] messages = Refusals(rank => (rank == 0 ? Configuration : other, RankedTraining.Data));
        Assert.That(messages, Is.All.Contains("training.learningRate is 0.25 on rank 1 and 0.003 on rank 0"));
    }

    [Test]
    public void A_rank_with_other_data_is_refused_by_all()
    {
        var changed = RankedTraining.Data with { Train = RankedTraining.Data.Test };
        string[] messages = Refusals(rank => rank == 0
            ? (Configuration, RankedTraining.Data)
            : (Configuration with { Data = DataConfiguration.Of(null, changed) }, changed));
        Assert.That(messages, Is.All.Contains("data.train is 13 on rank 1 and 43 on rank 0"));
        Assert.That(messages, Is.All.Contains("data.fingerprint.train is"));
    }

    [Test]
    public void Ranks_that_would_add_up_in_other_ways_are_refused()
    {
        string[] messages = RankedTraining.Run(2, (communicator, backend) => Assert.Catch<RanksDifferException>(
            () => Communicators.OnDevices(communicator, backend.Accelerator, (ReduceKind)communicator.Rank, out _))!.Message);
        Assert.That(messages, Is.All.Contains("--reduce is fast on rank 1 and exact on rank 0"));
    }

    [Test]
    public void The_device_and_the_place_of_the_data_may_differ()
    {
        RankedTraining.Run(2, (communicator, backend) =>
        {
            var own = Configuration with
            {
                Device = new DeviceConfiguration("auto", "cpu", $"processor {communicator.Rank}"),
                Data = Configuration.Data with { Folder = $"/scratch/{communicator.Rank}" },
            };
            using var trainer = new Trainer(backend.Accelerator, own, RankedTraining.Data, communicator: communicator);
            TinyRun.Finish(trainer);
            return trainer.History.Count;
        });
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Ranks_that_start_from_different_checkpoints_are_refused(int epochs)
    {
        // With one epoch, a rank has nothing left to do.
        Checkpoint done = RankedTraining.Train(1, Configuration)[0];
        var more = Configuration with { Training = Configuration.Training with { Epochs = epochs } };
        string[] messages = RankedTraining.Run(2, (communicator, backend) =>
        {
            using var trainer = new Trainer(backend.Accelerator, more, RankedTraining.Data, communicator: communicator);
            if (communicator.Rank == 1)
                trainer.Restore(done);
            return Assert.Catch<RanksDifferException>(() => TinyRun.Finish(trainer))!.Message;
        });
        Assert.That(messages, Is.All.Contains("the step is 4 on rank 1 and 1 on rank 0"));
        Assert.That(messages, Is.All.Contains("the hash of the parameters is"));
    }

    private static string[] Refusals(Func<int, (RunConfiguration, DataSplit)> of) => RankedTraining.Run(2, (communicator, backend) =>
    {
        var (configuration, data) = of(communicator.Rank);
        return Assert.Catch<RanksDifferException>(
            () => new Trainer(backend.Accelerator, configuration, data, communicator: communicator).Dispose())!.Message;
    });
}
