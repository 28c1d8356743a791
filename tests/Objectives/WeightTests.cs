using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Step;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Objectives;

public sealed class WeightTests
{
    [TestCase(1, 0, 0, 2f)]
    [TestCase(1, 4, 0, 0f)]
    [TestCase(3, 4, 0, 1f)]
    [TestCase(5, 4, 0, 2f)]
    [TestCase(500, 4, 0, 2f)]
    [TestCase(8, 4, 7, 0f)]
    [TestCase(10, 4, 7, 1f)]
    [TestCase(7, 4, 7, 2f)]
    public void The_warm_up_is_linear_and_begins_again_with_each_cycle(int step, int steps, int period, float weight) =>
        Assert.That(WarmUp.DivergenceWeight(new ControlBlock
        {
            Step = step, DivergenceWeight = 2, FullDivergenceWeight = 2, WarmUpSteps = steps, WarmUpPeriod = period,
        }), Is.EqualTo(weight));

    [Test]
    public void A_weight_of_0_trains_only_what_the_other_term_asks_for()
    {
        var start = Untrained(TinyRun.Configuration());
        var noKl = TinyRun.Train(With(new ObjectiveConfiguration { KlWeight = 0 }));
        var noRec = TinyRun.Train(With(new ObjectiveConfiguration { RecWeight = 0 }));
        var plain = TinyRun.Train(With(new ObjectiveConfiguration()));
        Assert.Multiple(() =>
        {
            Assert.That(noKl.Header.History[^1].Test.Kl, Is.GreaterThan(1.05 * plain.Header.History[^1].Test.Kl));
            Assert.That(noRec.Header.History[^1].Test.Kl, Is.LessThan(0.05 * plain.Header.History[^1].Test.Kl));
            // The decoder stands last: without its term its parameters stay where they began.
            Assert.That(noRec.Parameters[^784..], Is.EqualTo(start.Parameters[^784..]));
        });
    }

    [Test]
    public void Without_the_reconstruction_the_KL_falls_to_0_and_without_the_KL_the_prior_stays_where_it_began([Each] Prior prior)
    {
        var plain = With(new ObjectiveConfiguration());
        plain = plain with
        {
            Model = plain.Model with { Classes = 10, Prior = prior }, Training = plain.Training with { Epochs = 20, Batch = 16 },
        };
        var noRec = TinyRun.Train(plain with { Training = plain.Training with { Objective = new() { RecWeight = 0 } } });
        var noKl = TinyRun.Train(plain with { Training = plain.Training with { Objective = new() { KlWeight = 0 } } });
        var start = Untrained(plain);
        var both = TinyRun.Train(plain).Header.History[^1].Train.Kl;
        Assert.Multiple(() =>
        {
            Assert.That(noRec.Header.History[^1].Train.Kl, Is.LessThan(0.1 * noRec.Header.History[0].Train.Kl).And.LessThan(3e-3));
            Assert.That(noKl.Header.History[^1].Train.Kl, Is.GreaterThan(5 * both));
            // The prior's numbers stand last: of the conditional one 10·3 weights and 3 biases, of the network its second layer's.
            Assert.That(noKl.Parameters[^48..].SequenceEqual(start.Parameters[^48..]), Is.EqualTo(prior != Prior.Standard));
        });
    }

    [Test]
    public void A_warm_up_changes_the_run_and_is_resumed_bit_for_bit()
    {
        var configuration = With(new ObjectiveConfiguration { KlWarmup = 0.7, KlCycle = 1.3, KlWeight = 3 });
        using var backend = Backend.Open("cpu", 1);
        using var stopped = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        using var stop = new CancellationTokenSource();
        stopped.TrainEpoch(new TinyRun.Observer(_ => stop.Cancel()), stop.Token);
        using var resumed = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        resumed.Restore(stopped.Snapshot());
        TinyRun.Finish(resumed);
        var unbroken = TinyRun.Train(configuration);
        Assert.That(resumed.Snapshot().Parameters, Is.EqualTo(unbroken.Parameters));
        Assert.That(TinyRun.Losses(resumed.Snapshot()), Is.EqualTo(TinyRun.Losses(unbroken)));
        Assert.That(unbroken.Parameters, Is.Not.EqualTo(TinyRun.Train(With(new ObjectiveConfiguration { KlWeight = 3 })).Parameters));
    }

    private static RunConfiguration With(ObjectiveConfiguration objective)
    {
        var configuration = TinyRun.Configuration();
        return configuration with { Training = configuration.Training with { Objective = objective } };
    }

    private static Checkpoint Untrained(RunConfiguration configuration)
    {
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        return trainer.Snapshot();
    }
}
