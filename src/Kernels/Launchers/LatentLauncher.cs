using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="Reparameterize"/>, <see cref="FreeBits"/> and <see cref="Importance"/> for one prior, loaded on a device.</summary>
public sealed class LatentLauncher(Accelerator accelerator, Prior prior)
{
    private readonly DeviceTuning tuning = DeviceTuning.For(accelerator);
    private readonly PriorKernels kernels = prior.Load(accelerator);
    private readonly Loaded<Floats, Floats, Floats, LatentShape> accumulate = new(accelerator, Importance.Accumulate);
    private readonly Loaded<Floats, Floats, Control, LatentShape> sample = new(accelerator, Reparameterize.Sample);
    private readonly Loaded<Floats, Floats, Floats, Control, LatentShape> weigh = new(accelerator, Importance.Weigh);
    private readonly Loaded<Floats, Floats, Floats, LatentShape, float, float> bound = new(accelerator, Importance.Bound);
    private readonly Loaded<Floats, Floats, MatrixShape, float> gate = new(accelerator, FreeBits.Gate);
    private readonly Loaded<Floats, Floats, MatrixShape, int> scale = new(accelerator, Importance.Scale);
    private readonly Loaded<Floats, Floats, LatentShape> mean = new(accelerator, Importance.Mean);

    /// <inheritdoc cref="Reparameterize.Forward{TPrior}"/>
    public void Forward(Floats encoded, Floats prior, Floats latent, Floats divergences, Control control, LatentShape shape) =>
        kernels.Forward.Launch(tuning.Rows(shape.Rows, shape.Columns), encoded, prior, latent, divergences, control, shape);

    /// <inheritdoc cref="Reparameterize.Backward{TPrior}"/>
    public void Backward(
        Floats encoded, Floats prior, Floats gates, Floats latentGradient, Floats encodedGradient, Floats priorGradient, Control control,
        LatentShape shape) =>
        kernels.Backward.Launch(
            tuning.Rows(shape.Rows, shape.Columns), encoded, prior, gates, latentGradient, encodedGradient, priorGradient, control, shape);

    /// <inheritdoc cref="Reparameterize.Sample"/>
    public void Sample(Floats encoded, Floats latent, Control control, LatentShape shape) =>
        sample.Launch(tuning.Elements(shape.Rows * shape.Samples, shape.Columns), encoded, latent, control, shape);

    /// <inheritdoc cref="Reparameterize.Divergence{TPrior}"/>
    public void Divergence(Floats encoded, Floats prior, Floats divergences, LatentShape shape) =>
        kernels.Divergence.Launch(tuning.Elements(shape.Rows, shape.Columns), encoded, prior, divergences, shape);

    /// <inheritdoc cref="FreeBits.Gate"/>
    public void Gate(Floats divergences, Floats gates, MatrixShape shape, float free) =>
        gate.Launch(tuning.Elements(1, shape.Columns), divergences, gates, shape, free);

    /// <inheritdoc cref="Importance.LogRatio{TPrior}"/>
    public void LogRatio(Floats encoded, Floats prior, Floats latent, Floats ratios, Control control, LatentShape shape) =>
        kernels.LogRatio.Launch(tuning.Rows(shape.Rows * shape.Samples, shape.Columns), encoded, prior, latent, ratios, control, shape);

    /// <inheritdoc cref="Importance.Draw{TPrior}"/>
    public void Draw(Floats encoded, Floats prior, Floats latent, Floats ratios, Control control, LatentShape shape) =>
        kernels.Draw.Launch(tuning.Rows(shape.Rows * shape.Samples, shape.Columns), encoded, prior, latent, ratios, control, shape);

    /// <inheritdoc cref="Importance.Weigh"/>
    public void Weigh(Floats losses, Floats ratios, Floats weights, Control control, LatentShape shape) =>
        weigh.Launch(tuning.Elements(1, shape.Rows), losses, ratios, weights, control, shape);

    /// <inheritdoc cref="Importance.Bound"/>
    public void Bound(Floats losses, Floats ratios, Floats bounds, LatentShape shape, float likelihoodWeight, float divergenceWeight) =>
        bound.Launch(tuning.Elements(1, shape.Rows), losses, ratios, bounds, shape, likelihoodWeight, divergenceWeight);

    /// <inheritdoc cref="Importance.Scale"/>
    public void Scale(Floats values, Floats weights, MatrixShape shape, int samples) =>
        scale.Launch(tuning.Elements(shape.Rows, shape.Columns), values, weights, shape, samples);

    /// <inheritdoc cref="Importance.Backward{TPrior}"/>
    public void WeightedBackward(
        Floats encoded, Floats prior, Floats latent, Floats weights, Floats latentGradient, Floats encodedGradient, Floats priorGradient,
        Control control, LatentShape shape) =>
        kernels.WeightedBackward.Launch(
            tuning.Rows(shape.Rows, shape.Columns), encoded, prior, latent, weights, latentGradient, encodedGradient, priorGradient,
            control, shape);

    /// <inheritdoc cref="Importance.Mean"/>
    public void Mean(Floats losses, Floats means, LatentShape shape) => mean.Launch(tuning.Elements(1, shape.Rows), losses, means, shape);

    /// <inheritdoc cref="Importance.Accumulate"/>
    public void Accumulate(Floats losses, Floats ratios, Floats running, LatentShape shape) =>
        accumulate.Launch(tuning.Elements(1, shape.Rows), losses, ratios, running, shape);
}
