using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers.Models;
using VaeGpu.Training.Diagnostics.Checks;

namespace VaeGpu.Tests.Layers;

/// <summary>The whole model with every likelihood.</summary>
public class VaeLikelihoodTests
{
    private const int Rows = 6, DataDimensions = 12;
    private static readonly ControlBlock Control = new()
    {
        Seed = 4, Step = 1, LearningRate = 1e-2f, LikelihoodWeight = 1, DivergenceWeight = 1,
    };

    private static IEnumerable<TestCaseData> Likelihoods =>
        ReferenceLikelihoods.All.Select(reference => new TestCaseData(reference).SetArgDisplayNames(reference.Name));

    [TestCaseSource(nameof(Likelihoods))]
    public void It_learns(ReferenceLikelihood reference)
    {
        using var backend = Backend.Open("cpu");
        using var run = new Run(backend.Accelerator, reference);
        double first = run.Step();
        for (int step = 1; step < 150; step++)
            run.Step();
        double last = run.Step();
        TestContext.Out.WriteLine($"{reference.Name}: {first:F3} → {last:F3} nats");
        Assert.That(last, Is.LessThan(first - 0.5));
        float[] means = run.Means();
        Assert.That(means, Is.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void A_restored_variance_is_the_one_that_is_evaluated_with()
    {
        using var backend = Backend.Open("cpu");
        ReferenceLikelihood reference = ReferenceLikelihoods.Of(Likelihood.GaussianOptimal);
        using var run = new Run(backend.Accelerator, reference);
        for (int step = 0; step < 20; step++)
            run.Step();
        using var other = new Run(backend.Accelerator, reference);
        other.Restore(run);
        Assert.That(other.Evaluate(), Is.EqualTo(run.Evaluate()));
    }

    [Test]
    public void Outputs_beyond_the_range_of_a_batch_are_refused()
    {
        using var backend = Backend.Open("cpu");
        var shape = new VaeShape
        {
            DataDimensions = 1 << 20, LatentDimensions = 1, Layers = new LinearLayers([1], [1]), Activation = Activation.Relu,
            Likelihood = Likelihood.Categorical, LikelihoodSettings = Likelihood.Categorical.Settings(new()),
        };
        Assert.That(() => new Vae(backend.Accelerator, shape, 8),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("268435456 numbers for each row"));
    }

    private sealed class Run : IDisposable
    {
        private readonly StepLauncher launcher;
        private readonly Vae vae;
        private readonly MemoryBuffer1D<float, Stride1D.Dense> batch, means;
        private readonly MemoryBuffer1D<ControlBlock, Stride1D.Dense> control;
        private int step;

        public Run(Accelerator accelerator, ReferenceLikelihood reference)
        {
            launcher = new StepLauncher(accelerator);
            vae = new Vae(accelerator, new VaeShape
            {
                DataDimensions = DataDimensions, LatentDimensions = 2, Layers = new LinearLayers([16], [16]),
                Activation = Activation.Tanh, Likelihood = reference.Likelihood,
                LikelihoodSettings = reference.Likelihood.Settings(reference.Options),
            }, Rows);
            vae.Parameters.Initialize(launcher, Control.Seed);
            var random = new Random(3);
            double[] row = [.. Enumerable.Range(0, DataDimensions).Select(_ => reference.Datum(random))];
            double[] other = [.. Enumerable.Range(0, DataDimensions).Select(_ => reference.Datum(random))];
            batch = accelerator.Allocate1D<float>(
                [.. Enumerable.Range(0, Rows).SelectMany(i => i % 2 == 0 ? row : other).Select(x => (float)x)]);
            means = accelerator.Allocate1D<float>(Rows * DataDimensions);
            control = accelerator.Allocate1D(new[] { Control });
        }

        /// <summary>Makes a step; the objective, in nats per row.</summary>
        public double Step()
        {
            control.CopyFromCPU([Control with { Step = ++step }]);
            vae.Forward(batch.View, new(control.View, Rows));
            vae.Backward(batch.View, new(control.View, Rows));
            vae.Parameters.Update(launcher, control.View, AdamSettings.Of());
            return Objective();
        }

        /// <summary>The objective without a step.</summary>
        public double Evaluate()
        {
            control.CopyFromCPU([Control]);
            vae.Forward(batch.View, new(control.View, Rows));
            vae.Decoder.EvaluateLoss(batch.View, Rows);
            return Objective();
        }

        public float[] Means()
        {
            vae.Forward(batch.View, new(control.View, Rows));
            vae.Decoder.Mean(means.View, Rows);
            return means.GetAsArray1D();
        }

        public void Restore(Run from) => vae.Parameters.Parameters.CopyFromCPU(from.Parameters());

        public void Dispose()
        {
            vae.Dispose();
            batch.Dispose();
            means.Dispose();
            control.Dispose();
        }

        private double Objective()
        {
            float[] loss = new float[Rows], divergence = new float[Rows];
            vae.Decoder.Loss.CopyToCPU(loss);
            vae.Posterior.Divergence.CopyToCPU(divergence);
            return loss.Zip(divergence, (l, d) => (double)l + d).Average();
        }

        private float[] Parameters()
        {
            var values = new float[vae.Parameters.Layout.Length];
            vae.Parameters.Parameters.CopyToCPU(values);
            return values;
        }
    }
}
