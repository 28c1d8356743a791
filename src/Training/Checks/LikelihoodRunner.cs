using VaeGpu.Kernels;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Training.Checks;

/// <summary>One likelihood's kernels on one device, called with arrays of the host.</summary>
internal sealed class LikelihoodRunner : IDisposable
{
    private readonly Accelerator accelerator;

    public LikelihoodRunner(Accelerator accelerator, Likelihood likelihood, LikelihoodOptions options)
    {
        this.accelerator = accelerator;
        Launcher = new LikelihoodLauncher(accelerator, likelihood, likelihood.Settings(options));
    }

    /// <summary>The kernels.</summary>
    public LikelihoodLauncher Launcher { get; }

    /// <summary>What the kernels are told of the step; the weight of the likelihood is no power of two.</summary>
    public static ControlBlock Control { get; } = new() { Seed = 5, Step = 3, LikelihoodWeight = 0.7f, DivergenceWeight = 1.3f };

    public float[] Loss(float[] data, float[] outputs, ReconstructionShape shape)
    {
        using var x = accelerator.Allocate1D(data);
        using var given = accelerator.Allocate1D(outputs);
        using var losses = accelerator.Allocate1D<float>(shape.Rows);
        Launcher.Loss(x.View, given.View, losses.View, shape);
        return losses.GetAsArray1D();
    }

    public float[] Gradient(float[] data, float[] outputs, ReconstructionShape shape)
    {
        using var x = accelerator.Allocate1D(data);
        using var given = accelerator.Allocate1D(outputs);
        using var gradient = accelerator.Allocate1D<float>(outputs.Length);
        using var control = accelerator.Allocate1D(new[] { Control });
        Launcher.Gradient(x.View, given.View, gradient.View, control.View, shape);
        return gradient.GetAsArray1D();
    }

    public (float[] Loss, float[] Gradient) LossAndGradient(float[] data, float[] outputs, ReconstructionShape shape)
    {
        using var x = accelerator.Allocate1D(data);
        using var given = accelerator.Allocate1D(outputs);
        using var losses = accelerator.Allocate1D<float>(shape.Rows);
        using var control = accelerator.Allocate1D(new[] { Control });
        Launcher.LossAndGradient(x.View, given.View, losses.View, control.View, shape);
        return (losses.GetAsArray1D(), given.GetAsArray1D());
    }

    public float[] Mean(float[] outputs, ReconstructionShape shape)
    {
        using var given = accelerator.Allocate1D(outputs);
        using var means = accelerator.Allocate1D<float>((long)shape.Rows * shape.Columns);
        Launcher.Mean(given.View, means.View, shape);
        return means.GetAsArray1D();
    }

    public float[] Sample(float[] outputs, ReconstructionShape shape)
    {
        using var given = accelerator.Allocate1D(outputs);
        using var samples = accelerator.Allocate1D<float>((long)shape.Rows * shape.Columns);
        using var control = accelerator.Allocate1D(new[] { Control });
        Launcher.Sample(given.View, samples.View, control.View, shape);
        return samples.GetAsArray1D();
    }

    /// <summary>The variance fitted to the batch, as the parameter that it is kept in; then the loss and gradient with it.</summary>
    public (float Parameter, float[] Loss, float[] Gradient) Fit(float[] data, float[] outputs, ReconstructionShape shape)
    {
        using var x = accelerator.Allocate1D(data);
        using var given = accelerator.Allocate1D(outputs);
        using var errors = accelerator.Allocate1D<float>(shape.Rows);
        using var parameter = accelerator.Allocate1D<float>(1);
        Launcher.Variance!.Fit(x.View, given.View, errors.View, parameter.View, shape);
        (float[] loss, float[] gradient) = LossAndGradient(data, outputs, shape);
        return (parameter.GetAsArray1D()[0], loss, gradient);
    }

    /// <summary>The loss at a shared variance, and the gradient of its parameter.</summary>
    public (float[] Loss, float Gradient) Shared(float[] data, float[] outputs, float parameter, ReconstructionShape shape)
    {
        using var value = accelerator.Allocate1D(new[] { parameter });
        using var gradient = accelerator.Allocate1D<float>(1);
        using var control = accelerator.Allocate1D(new[] { Control });
        Launcher.Variance!.Prepare(value.View);
        float[] loss = Loss(data, outputs, shape);
        using var losses = accelerator.Allocate1D(loss);
        Launcher.Variance!.Gradient(losses.View, value.View, gradient.View, control.View, shape);
        return (loss, gradient.GetAsArray1D()[0]);
    }

    public void Dispose() => Launcher.Dispose();
}
