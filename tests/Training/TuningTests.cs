using VaeGpu.Kernels.Devices;
using VaeGpu.Layers;
using VaeGpu.Layers.Models;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Diagnostics.Tuning;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

[Parallelizable(ParallelScope.Self)]
public sealed class TuningTests
{
    /// <summary>A model that has every kind of product, large enough for packing under some candidates and not under others.</summary>
    private static readonly ModelConfiguration Model =
        new() { Width = 28, Height = 28, Convolutions = [8, 12], Hidden = [300], Latent = 3 };

    private static IEnumerable<Tunable> OnProcessors => Tunable.All.Where(tunable => tunable.Name != nameof(DeviceTuning.FewestGroups));

    [TestCaseSource(nameof(OnProcessors))]
    public void Every_candidate_trains_to_the_same_bits(Tunable tunable)
    {
        using var backend = Backend.Open("cpu", threads: 2);
        DeviceTuning builtIn = DeviceTuning.BuiltIn(backend.Accelerator);
        if (tunable.OfPacking && backend.Accelerator.WarpSize == 1)
            Assert.Ignore("A processor without vectors packs nothing.");
        Assert.That(tunable.Candidates(builtIn), Has.Count.GreaterThan(1));
        Checkpoint expected = Train(backend.Accelerator, builtIn);
        foreach (DeviceTuning candidate in tunable.Candidates(builtIn).Where(candidate => candidate != builtIn))
        {
            Checkpoint trained = Train(backend.Accelerator, candidate);
            Assert.That(TinyRun.Losses(trained), Is.EqualTo(TinyRun.Losses(expected)), tunable.Value(candidate));
            Assert.That(trained.Parameters, Is.EqualTo(expected.Parameters), tunable.Value(candidate));
        }
    }

    [Test]
    public void A_model_names_the_products_of_its_step()
    {
        using var backend = Backend.Open("cpu", threads: 1);
        using var vae = new Vae(backend.Accelerator, Model.Shape, 64);
        LayerProduct[] products = [.. vae.Products(64)];
        // Two convolutions, two linear layers, and back: three linear layers and two transposed convolutions.
        Assert.That(products.Count(product => product.IsConvolution), Is.EqualTo(3 * 4 - 1), "The first has no gradient of its input.");
        Assert.That(products.OfType<LinearProduct>().Select(product => $"{product.Pass} {product}"), Is.EqualTo(new[]
        {
            "Forward 64×588×300", "InputGradient 64×300×588", "WeightGradient 588×64×300",
            "Forward 64×300×6", "InputGradient 64×6×300", "WeightGradient 300×64×6",
            "Forward 64×3×300", "InputGradient 64×300×3", "WeightGradient 3×64×300",
            "Forward 64×300×588", "InputGradient 64×588×300", "WeightGradient 300×64×588",
        }));
    }

    [Test]
    public void A_gain_within_the_spread_keeps_the_built_in_choice()
    {
        using var backend = Backend.Open("cpu", threads: 1);
        DeviceTuning builtIn = DeviceTuning.BuiltIn(backend.Accelerator),
            best = Tunable.All[0].Candidates(builtIn).First(one => one != builtIn);
        TuningFinding Finding(params double[] seconds) =>
            new(Tunable.All[0], builtIn, best, Speedup.Of([1, 1, 1, 1, 1], seconds), []);
        Assert.That(Finding(0.8, 0.9, 0.9, 0.95, 1.1).Choice, Is.EqualTo(best));
        Assert.That(Finding(0.8, 0.9, 0.9, 1.05, 1.1).Choice, Is.EqualTo(builtIn));
        Assert.That(Speedup.Of([1, 1, 1], [0.5, 0.5, 0.5]).Median, Is.EqualTo(2));
    }

    [Test]
    public void The_device_uses_afterwards_what_it_used_before()
    {
        using var backend = Backend.Open("cpu", threads: 1);
        DeviceTuning before = DeviceTuning.BuiltIn(backend.Accelerator) with { PackedFrom = 1 << 22 };
        DeviceTuning.Use(backend.Accelerator, before);
        Assert.That(
            () => Tuner.Run(backend.Accelerator, Model, 8, quick: true, _ => { }, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(DeviceTuning.For(backend.Accelerator), Is.EqualTo(before));
    }

    private static Checkpoint Train(Accelerator accelerator, DeviceTuning tuning)
    {
        DeviceTuning.Use(accelerator, tuning);
        using var trainer = new Trainer(accelerator, TinyRun.Configuration(epochs: 1) with { Model = Model }, TinyRun.Data);
        TinyRun.Finish(trainer);
        return trainer.Snapshot();
    }
}
