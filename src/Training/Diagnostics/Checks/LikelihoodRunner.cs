using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>One likelihood's kernels on one device, called with arrays of the host.</summary>
internal sealed class LikelihoodRunner(Accelerator accelerator, Likelihood likelihood, LikelihoodOptions options) : IDisposable
{
    public LikelihoodLauncher Launcher { get; } = new(accelerator, likelihood, likelihood.Settings(options));

    /// <summary>What the kernels are told of the step; the weight of the likelihood is no power of two.</summary>
    public static ControlBlock Control { get; } = new() { Seed = 5, Step = 3, LikelihoodWeight = 0.7f, DivergenceWeight = 1.3f };

    public float[] Loss(float[] data, float[] outputs, ReconstructionShape shape) => DeviceArrays.Result(
        accelerator, shape.Rows, (arrays, losses) => Launcher.Loss(arrays.Of(data), arrays.Of(outputs), losses, shape));

    public float[] Gradient(float[] data, float[] outputs, ReconstructionShape shape) => DeviceArrays.Result(
        accelerator, outputs.Length,
        (arrays, gradient) => Launcher.Gradient(arrays.Of(data), arrays.Of(outputs), gradient, arrays.Of(Control), shape));

    public (float[] Loss, float[] Gradient) LossAndGradient(float[] data, float[] outputs, ReconstructionShape shape)
    {
        float[] gradient = [];
        float[] loss = DeviceArrays.Result(accelerator, shape.Rows, (arrays, losses) =>
        {
            ArrayView<float> given = arrays.Of(outputs);
            Launcher.LossAndGradient(arrays.Of(data), given, losses, arrays.Of(Control), shape);
            gradient = DeviceArrays.Read(given, outputs.Length);
        });
        return (loss, gradient);
    }

    public float[] Mean(float[] outputs, ReconstructionShape shape) => DeviceArrays.Result(
        accelerator, (long)shape.Rows * shape.Columns, (arrays, means) => Launcher.Mean(arrays.Of(outputs), means, shape));

    public float[] Sample(float[] outputs, ReconstructionShape shape) => DeviceArrays.Result(
        accelerator, (long)shape.Rows * shape.Columns,
        (arrays, samples) => Launcher.Sample(arrays.Of(outputs), samples, arrays.Of(Control), shape));

    /// <summary>The variance fitted to the batch, as the parameter that it is kept in; then the loss and gradient with it.</summary>
    public (float Parameter, float[] Loss, float[] Gradient) Fit(float[] data, float[] outputs, ReconstructionShape shape)
    {
        float[] fitted = DeviceArrays.Result(accelerator, 1, (arrays, parameter) =>
            Launcher.Variance!.Fit(arrays.Of(data), arrays.Of(outputs), arrays.Empty(shape.Rows), parameter, shape));
        (float[] loss, float[] gradient) = LossAndGradient(data, outputs, shape);
        return (fitted[0], loss, gradient);
    }

    /// <summary>The loss at a shared variance, and the gradient of its parameter.</summary>
    public (float[] Loss, float Gradient) Shared(float[] data, float[] outputs, float parameter, ReconstructionShape shape)
    {
        float[] loss = [];
        float[] slope = DeviceArrays.Result(accelerator, 1, (arrays, gradient) =>
        {
            ArrayView<float> value = arrays.Of(parameter);
            Launcher.Variance!.Prepare(value);
            loss = Loss(data, outputs, shape);
            Launcher.Variance!.Gradient(arrays.Of(loss), value, gradient, arrays.Of(Control), shape);
        });
        return (loss, slope[0]);
    }

    public void Dispose() => Launcher.Dispose();
}
