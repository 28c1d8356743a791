using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="Reparameterize"/>, <see cref="FreeBits"/> and <see cref="Importance"/> for one prior, loaded on a device.</summary>
public sealed class LatentLauncher(Accelerator accelerator, Prior prior)
{
    private readonly DeviceTuning tuning = DeviceTuning.For(accelerator);
    private readonly bool isFused = FusionPlan.Fuses(accelerator, Fusion.Reparameterization);
    private readonly PriorKernels kernels = prior.Load(accelerator);
    private readonly Loaded<Floats, Floats, Floats, LatentShape> accumulate = new(accelerator, Importance.Accumulate);
    private readonly Loaded<Floats, Floats, Control, LatentShape> sample = new(accelerator, Reparameterize.Sample);
    private readonly Loaded<Floats, Floats, Floats, Control, LatentShape> weigh = new(accelerator, Importance.Weigh);
    private readonly Loaded<Floats, Floats, Floats, LatentShape, float, float> bound = new(accelerator, Importance.Bound);
    private readonly Loaded<Floats, Floats, MatrixShape, int, float> gate = new(accelerator, FreeBits.Gate);
    private readonly Loaded<Floats, Floats, MatrixShape, int> scale = new(accelerator, Importance.Scale);
    private readonly Loaded<Floats, Floats, LatentShape> mean = new(accelerator, Importance.Mean);
    private readonly Loaded<Floats, Floats, MatrixShape> sumRows = new(accelerator, RowReduction.Run);
    private readonly Loaded<Floats, Floats, Floats, Control, LatentShape> sampleGradient = new(accelerator, Reparameterize.SampleGradient);

    /// <inheritdoc cref="Reparameterize.Forward{TPrior}"/>
    /// <param name="encoded">(rows, 2d).</param>
    /// <param name="prior">As the prior says.</param>
    /// <param name="latent">(rows·L, d).</param>
    /// <param name="divergences">(rows).</param>
    /// <param name="control">The step.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="terms">Room for (rows, d), which only a device uses that does not fuse the draw and its divergence.</param>
    /// <exception cref="ArgumentException">Such a device has too little room.</exception>
    public void Forward(
        Floats encoded, Floats prior, Floats latent, Floats divergences, Control control, LatentShape shape, Floats terms = default)
    {
        if (isFused)
        {
            kernels.Forward.Launch(tuning.Rows(shape.Rows, shape.Columns), encoded, prior, latent, divergences, control, shape);
            return;
        }
        if (terms.Length < (long)shape.Rows * shape.Columns)
            throw new ArgumentException($"A draw that is not fused needs room for {shape.Rows}×{shape.Columns} terms.", nameof(terms));
        Sample(encoded, latent, control, shape);
        Divergence(encoded, prior, terms, shape);
        sumRows.Launch(
            tuning.Rows(shape.Rows, shape.Columns), terms, divergences, new MatrixShape { Rows = shape.Rows, Columns = shape.Columns });
    }

    /// <inheritdoc cref="Reparameterize.Backward{TPrior}"/>
    public void Backward(
        Floats encoded, Floats prior, Floats gates, Floats latentGradient, Floats encodedGradient, Floats priorGradient, Control control,
        LatentShape shape)
    {
        if (isFused)
        {
            kernels.Backward.Launch(
                tuning.Rows(shape.Rows, shape.Columns), encoded, prior, gates, latentGradient, encodedGradient, priorGradient, control,
                    shape);
            return;
        }
        KernelConfig elements = tuning.Elements(shape.Rows, shape.Columns);
        sampleGradient.Launch(elements, encoded, latentGradient, encodedGradient, control, shape);
        kernels.AddDivergenceGradient.Launch(elements, encoded, prior, gates, encodedGradient, priorGradient, control, shape);
    }

    /// <inheritdoc cref="Reparameterize.Sample"/>
    public void Sample(Floats encoded, Floats latent, Control control, LatentShape shape) =>
        sample.Launch(tuning.Elements(shape.Rows * shape.Samples, shape.Columns), encoded, latent, control, shape);

    /// <inheritdoc cref="Reparameterize.Divergence{TPrior}"/>
    public void Divergence(Floats encoded, Floats prior, Floats divergences, LatentShape shape) =>
        kernels.Divergence.Launch(tuning.Elements(shape.Rows, shape.Columns), encoded, prior, divergences, shape);

    /// <inheritdoc cref="FreeBits.Gate"/>
    public void Gate(Floats divergences, Floats gates, MatrixShape shape, int batchRows, float free) =>
        gate.Launch(tuning.Elements(1, shape.Columns), divergences, gates, shape, batchRows, free);

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
