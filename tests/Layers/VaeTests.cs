using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Latent;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Kernels;
using VaeGpu.Training.Diagnostics.Checks;

namespace VaeGpu.Tests.Layers;

public class VaeTests
{
    private static readonly ControlBlock Control = new()
    {
        Seed = 21, Step = 3, LearningRate = 1e-2f, Schedule = new() { Full = 1e-2f, WarmUpSteps = 2, Period = 12, LogDrop = -1 },
        LikelihoodWeight = 0.8f, DivergenceWeight = 1.3f,
    };

    private static VaeShape Shape(Activation activation, Likelihood likelihood) =>
        Shape(activation, ReferenceLikelihoods.Of(likelihood));

    private static VaeShape Shape(Activation activation, ReferenceLikelihood reference) => new()
    {
        DataDimensions = 19,
        LatentDimensions = 3,
        Layers = new LinearLayers([11, 7], [5]),
        Activation = activation,
        Likelihood = reference.Likelihood,
        LikelihoodSettings = reference.Likelihood.Settings(reference.Options),
    };

    [EveryDevice]
    public void Gradients_are_the_central_differences_of_the_objective(TestDevice device) => device.Run(accelerator =>
    {
        CheckGradients(accelerator, Activation.Tanh, Likelihood.Bernoulli);
        CheckGradients(accelerator, Activation.Gelu, Likelihood.Gaussian);
        CheckGradients(accelerator, Activation.Softplus, Likelihood.Mixture);
        return true;
    });

    [EveryDevice]
    public void Gradients_through_every_activation_are_central_differences(TestDevice device) => device.Run(accelerator =>
    {
        foreach (Activation activation in Activation.All)
            CheckGradients(
                accelerator, Shape(activation, Likelihood.Bernoulli) with { DataDimensions = 7, Layers = new LinearLayers([5, 4], [5]) });
        return true;
    });

    [EveryDevice]
    public void Gradients_through_every_architecture_are_central_differences(TestDevice device) => device.Run(accelerator =>
    {
        foreach (Architecture architecture in Architecture.All)
        {
            ArchitectureSizes sizes = new(5, 4, 2, [.. architecture.DefaultChannels.Select((_, i) => 3 + i)], [6]);
            CheckGradients(accelerator, Shape(Activation.Tanh, Likelihood.Bernoulli) with
            {
                DataDimensions = 40, Layers = architecture.Layers(sizes), Classes = 2, Prior = Prior.Network,
            });
        }
        return true;
    });

    [EveryDevice]
    public void Gradients_of_every_objective_and_prior_are_central_differences(TestDevice device) => device.Run(accelerator =>
    {
        VaeShape plain = Shape(Activation.Tanh, Likelihood.Bernoulli) with
        {
            DataDimensions = 7, Layers = new LinearLayers([5], [5]), Samples = 3,
        };
        CheckGradients(accelerator, plain);
        CheckGradients(accelerator, plain with { Samples = 1, FreeBits = 0.02f });
        foreach (Objective objective in Objective.All)
        {
            CheckGradients(accelerator, plain with { Objective = objective });
            foreach (Prior prior in Prior.All)
                CheckGradients(accelerator, plain with { Objective = objective, Prior = prior, Classes = 2, Samples = 2 });
        }
        return true;
    });

    [EveryDevice]
    public void Gradients_of_symbols_are_central_differences(TestDevice device) => device.Run(accelerator =>
    {
        ReferenceLikelihood reference = ReferenceLikelihoods.All.First(reference => reference.Options.Symbols);
        VaeShape shape = Shape(Activation.Tanh, reference) with
        {
            DataDimensions = 4, Layers = new LinearLayers([5], [5]), Symbols = reference.Outputs, Classes = 2,
        };
        float[] symbols = [.. Enumerable.Range(0, 20).Select(i => i * i % reference.Outputs / 255f)];
        CheckGradients(accelerator, shape, reference, symbols);
        return true;
    });

    [EveryDevice]
    public void Gradients_of_categorical_columns_are_central_differences(TestDevice device) => device.Run(accelerator =>
    {
        // Beside two numbers whose likelihood has two or nine outputs each, and alone.
        foreach (Likelihood likelihood in (Likelihood[])[Likelihood.GaussianLearned, Likelihood.Mixture])
        {
            VaeShape shape = Shape(Activation.Tanh, likelihood) with
            {
                DataDimensions = 5, Layers = new LinearLayers([5], [5]), Categories = [3, 1, 4], Samples = 2,
            };
            float[] examples =
                [.. new Inputs().Uniform(5 * 2).Chunk(2).SelectMany((numbers, row) => (float[])[.. numbers, row % 3, 0, row % 4])];
            CheckGradients(accelerator, shape, ReferenceLikelihoods.Of(likelihood), examples);
            CheckGradients(accelerator, shape with { Objective = Objective.MonteCarloElbo }, ReferenceLikelihoods.Of(likelihood), examples);
        }
        VaeShape alone = Shape(Activation.Tanh, Likelihood.GaussianLearned) with
        {
            DataDimensions = 2, Layers = new LinearLayers([5], [5]), Categories = [2, 3],
        };
        CheckGradients(accelerator, alone, ReferenceLikelihoods.Of(alone.Likelihood), [0, 0, 1, 1, 0, 2, 1, 0, 0, 1]);
        return true;
    });

    [Test]
    public void A_shared_variance_is_that_of_the_numbers_alone()
    {
        using var backend = VaeGpu.Kernels.Devices.Backend.Open("cpu");
        VaeShape shape = Shape(Activation.Tanh, Likelihood.GaussianShared) with
        {
            DataDimensions = 3, Layers = new LinearLayers([5], [5]), Categories = [3],
        };
        using var vae = new Vae(backend.Accelerator, shape, 2);
        vae.Parameters.Initialize(new StepLauncher(backend.Accelerator), 7);
        using var batch = new Guarded(backend.Accelerator, [0.3f, 0.9f, 1, 0.1f, 0.4f, 2]);
        using var control = backend.Accelerator.Allocate1D(new[] { Control });
        ParameterSlice variance = vae.Parameters.Layout.Slices.Single(slice => slice.Name == "decoder.variance");
        double Loss(float parameter)
        {
            variance.Values.CopyFromCPU([parameter]);
            vae.Forward(batch.View, new(control.View, 2));
            vae.Backward(batch.View, new(control.View, 2));
            float[] losses = vae.Loss(2).SubView(0, 2).GetAsArray();
            return Control.LikelihoodWeight * losses.Average(loss => (double)loss);
        }
        double slope = (Loss(0.51f) - Loss(0.49f)) / 0.02;
        Loss(0.5f);
        Assert.That(variance.Gradient.GetAsArray()[0], Is.EqualTo(slope).Within(2e-3 * Math.Abs(slope)));
    }

    [EveryDevice]
    public void Steps_leave_every_device_with_the_same_parameters_bit_for_bit(TestDevice device)
    {
        VaeShape plain = Shape(Activation.Relu, Likelihood.Bernoulli);
        CheckSameOnEveryDevice(device, plain);
        CheckSameOnEveryDevice(device, plain with { FreeBits = 0.01f, Samples = 2, Classes = 2, Prior = Prior.Conditional });
        CheckSameOnEveryDevice(device, Shape(Activation.Relu, Likelihood.GaussianShared) with { Categories = [2, 1, 3], Samples = 2 });
        int[] counts = [Objective.All.Count, Optimizer.All.Count, LearningRateSchedule.All.Count];
        for (int i = 0; i < counts.Max(); i++)
        {
            VaeShape shape = plain with { Objective = At(Objective.All, i), Samples = 3, Classes = 2, Prior = Prior.Network };
            CheckSameOnEveryDevice(device, shape, At(Optimizer.All, i), At(LearningRateSchedule.All, i));
        }
        static T At<T>(IReadOnlyList<T> all, int i) => all[i % all.Count];
    }

    [EveryDevice]
    public void A_batch_beyond_the_room_is_refused(TestDevice device) => device.Run(accelerator =>
    {
        using var vae = new Vae(accelerator, Shape(Activation.Relu, Likelihood.Bernoulli), 4);
        Assert.That(() => vae.Forward(default, new(default, 5)), Throws.TypeOf<ArgumentOutOfRangeException>());
        return true;
    });

    [EveryDevice]
    public void A_step_allocates_nothing(TestDevice device)
    {
        Accelerator accelerator = device.Open();
        if (accelerator is not SimdAccelerator)
            Assert.Ignore($"{device}: the driver's or the oracle's own affair.");
        using var vae = new Vae(accelerator, Shape(Activation.Relu, Likelihood.Bernoulli), 4);
        var launcher = new StepLauncher(accelerator);
        vae.Parameters.Initialize(launcher, 1);
        using var batch = new Guarded(accelerator, new Inputs().Uniform(4 * 19));
        using var control = accelerator.Allocate1D(new[] { Control });
        long before = 0;
        for (int step = 0; step < 4; step++)
        {
            if (step == 2)
                before = GC.GetAllocatedBytesForCurrentThread();
            vae.Forward(batch.View, new(control.View, 4));
            vae.Backward(batch.View, new(control.View, 4));
            vae.Parameters.Update(launcher, control.View, AdamSettings.Of());
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static readonly Dictionary<string, (string Device, float[] Parameters, MetricSums Sums)> Reference = [];

    private static void CheckSameOnEveryDevice(
        TestDevice device, VaeShape shape, Optimizer? optimizer = null, LearningRateSchedule? schedule = null)
    {
        foreach (int steps in Steps(device))
        {
            string run = $"{shape.Prior}, {shape.Objective}, {shape.Categories}, {optimizer}, {schedule}, {steps} steps";
            (float[] parameters, MetricSums sums) = device.Run(accelerator => Train(accelerator, shape, steps, optimizer, schedule));
            Assert.That(sums.FirstNonFiniteStep, Is.Zero);
            lock (Reference)
            {
                Reference.TryAdd(run, (device.ToString(), parameters, sums));
                (string first, float[] expected, MetricSums expectedSums) = Reference[run];
                Compare.Bits(parameters, expected, $"parameters on {device} and on {first}, {run}");
                Assert.That(sums, Is.EqualTo(expectedSums), $"sums on {device} and on {first}, {run}");
            }
        }
    }

    /// <summary>How many steps the device is to make; all devices have the fewest in common.</summary>
    internal static int[] Steps(TestDevice device) => device.HasThreadsOfTheSystem ? [3] : [3, 20];

    private static void CheckGradients(Accelerator accelerator, Activation activation, Likelihood likelihood) =>
        CheckGradients(accelerator, Shape(activation, likelihood));

    private static void CheckGradients(Accelerator accelerator, VaeShape shape)
    {
        CheckGradients(accelerator, shape, ReferenceLikelihoods.Of(shape.Likelihood));
    }

    /// <summary>Every tensor's gradient, at some of its elements, against the objective in double precision.</summary>
    internal static void CheckGradients(Accelerator accelerator, VaeShape shape, ReferenceLikelihood reference, float[]? examples = null)
    {
        const int rows = 5;
        using var vae = new Vae(accelerator, shape, rows + 2);
        vae.Parameters.Initialize(new StepLauncher(accelerator), 7);
        float[] data = examples ?? new Inputs().Uniform(rows * shape.DataDimensions);
        using var batch = new Guarded(accelerator, data);
        using var control = accelerator.Allocate1D(new[] { Control });
        int[] labels = [0, 1, 1, 0, 1];
        if (shape.Classes > 0)
        {
            float[] oneHot = [.. labels.SelectMany(label => Enumerable.Range(0, shape.Classes).Select(c => c == label ? 1f : 0f))];
            vae.Labels.SubView(0, oneHot.Length).CopyFromCPU(oneHot);
        }
        vae.Forward(batch.View, new(control.View, rows));
        vae.Backward(batch.View, new(control.View, rows));

        var gradients = new float[vae.Parameters.Layout.Length];
        var values = new float[gradients.Length];
        vae.Parameters.Gradients.CopyToCPU(gradients);
        vae.Parameters.Parameters.CopyToCPU(values);
        double[] parameters = Array.ConvertAll(values, v => (double)v);
        var exact = new Vae64(shape, vae.Parameters.Layout, Control, reference.NegativeLog, labels);
        CheckTerms(vae, exact, parameters, data, rows);

        foreach (ParameterSlice slice in vae.Parameters.Layout.Slices)
        {
            for (int i = slice.Offset; i < slice.Offset + slice.Length; i += 1 + slice.Length / 23)
            {
                // So small that no unit crosses the kink of a piecewise linear activation.
                const double step = 1e-7;
                double kept = parameters[i];
                parameters[i] = kept + step;
                double above = exact.Objective(parameters, data, rows);
                parameters[i] = kept - step;
                double below = exact.Objective(parameters, data, rows);
                parameters[i] = kept;
                double expected = (above - below) / (2 * step);
                Assert.That(gradients[i], Is.EqualTo(expected).Within(2e-5 * Math.Max(1, Math.Abs(expected))),
                    $"{slice.Name}[{i - slice.Offset}], {shape}");
            }
        }
    }

    private static void CheckTerms(Vae vae, Vae64 exact, double[] parameters, float[] data, int rows)
    {
        var loss = new float[rows];
        var divergence = new float[rows];
        vae.Loss(rows).SubView(0, rows).CopyToCPU(loss);
        vae.Posterior.Divergence.SubView(0, rows).CopyToCPU(divergence);
        Compare.Close(loss, row => exact.RowTerms(parameters, data, row).NegativeLog, 1e-5, 1, "loss");
        Compare.Close(divergence, row => exact.RowTerms(parameters, data, row).Divergence, 1e-5, 1, "KL");
    }

    /// <summary>Some steps over a small data set whose epochs end in a shorter batch.</summary>
    internal static (float[] Parameters, MetricSums Sums) Train(
        Accelerator accelerator, VaeShape shape, int steps, Optimizer? optimizer = null, LearningRateSchedule? schedule = null)
    {
        const int count = 13, batchSize = 5;
        using var vae = new Vae(accelerator, shape, batchSize);
        if (shape.Classes > 0)
            vae.Labels.CopyFromCPU([1, 0, 0, 1, 0, 1, 1, 0, 1, 0]);
        var launcher = new StepLauncher(accelerator, optimizer, schedule);
        vae.Parameters.Initialize(launcher, Control.Seed);
        var bytes = new byte[count * shape.DataDimensions];
        new Random(5).NextBytes(bytes);
        using var data = accelerator.Allocate1D(bytes);
        using var batch = new Guarded(accelerator, batchSize * shape.DataDimensions);
        using var control = accelerator.Allocate1D(new[] { Control with { Step = 1 } });
        using var sums = accelerator.Allocate1D(new MetricSums[1]);
        for (int step = 0, position = 0; step < steps; step++)
        {
            int rows = Math.Min(batchSize, count - position);
            position = (position + rows) % count;
            launcher.Gather(data.View, batch.View, control.View, new BatchShape
            {
                Rows = rows, Columns = shape.DataDimensions, Count = count, HalfBits = Shuffle.HalfBits(count),
            });
            vae.Forward(batch.View, new(control.View, rows));
            vae.Backward(batch.View, new(control.View, rows));
            vae.Parameters.Update(launcher, control.View, AdamSettings.Of(weightDecay: 0.1));
            launcher.EndStep(vae.Loss(rows), vae.Posterior.Divergence, sums.View, control.View,
                new StepShape { Rows = rows, Count = count });
        }
        var parameters = new float[vae.Parameters.Layout.Length];
        vae.Parameters.Parameters.CopyToCPU(parameters);
        return (parameters, sums.GetAsArray1D()[0]);
    }
}
