namespace VaeGpu.Kernels;

/// <summary><see cref="Reparameterize"/>, <see cref="FreeBits"/> and <see cref="Importance"/> for one prior, loaded on a device.</summary>
public sealed class LatentLauncher
{
    private readonly DeviceTuning tuning;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>,
        LatentShape> forward, logRatio;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<ControlBlock>, LatentShape> backward;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, LatentShape> weightedBackward;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, LatentShape> divergence, accumulate;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, LatentShape> sample;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, LatentShape> weigh;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, MatrixShape, float> gate;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, MatrixShape, int> scale;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, LatentShape> mean;

    /// <summary>Loads the kernels of a prior.</summary>
    public LatentLauncher(Accelerator accelerator, Prior prior)
    {
        tuning = DeviceTuning.For(accelerator);
        PriorKernels kernels = prior.Kernels;
        forward = accelerator.LoadStreamKernel(kernels.Forward);
        logRatio = accelerator.LoadStreamKernel(kernels.LogRatio);
        backward = accelerator.LoadStreamKernel(kernels.Backward);
        weightedBackward = accelerator.LoadStreamKernel(kernels.WeightedBackward);
        divergence = accelerator.LoadStreamKernel(kernels.Divergence);
        var accumulateKernel = Importance.Accumulate;
        var sampleKernel = Reparameterize.Sample;
        var weighKernel = Importance.Weigh;
        var gateKernel = FreeBits.Gate;
        var scaleKernel = Importance.Scale;
        var meanKernel = Importance.Mean;
        accumulate = accelerator.LoadStreamKernel(accumulateKernel);
        sample = accelerator.LoadStreamKernel(sampleKernel);
        weigh = accelerator.LoadStreamKernel(weighKernel);
        gate = accelerator.LoadStreamKernel(gateKernel);
        scale = accelerator.LoadStreamKernel(scaleKernel);
        mean = accelerator.LoadStreamKernel(meanKernel);
    }

    /// <inheritdoc cref="Reparameterize.Forward{TPrior}"/>
    public void Forward(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> latent, ArrayView<float> divergences,
        ArrayView<ControlBlock> control, LatentShape shape) =>
        forward(Rows(shape.Rows, shape.Columns), encoded, prior, latent, divergences, control, shape);

    /// <inheritdoc cref="Reparameterize.Backward{TPrior}"/>
    public void Backward(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> gates, ArrayView<float> latentGradient,
        ArrayView<float> encodedGradient, ArrayView<float> priorGradient, ArrayView<ControlBlock> control, LatentShape shape) =>
        backward(
            Rows(shape.Rows, shape.Columns), encoded, prior, gates, latentGradient, encodedGradient, priorGradient, control, shape);

    /// <inheritdoc cref="Reparameterize.Sample"/>
    public void Sample(ArrayView<float> encoded, ArrayView<float> latent, ArrayView<ControlBlock> control, LatentShape shape) =>
        sample(Elements(shape.Rows * shape.Samples, shape.Columns), encoded, latent, control, shape);

    /// <inheritdoc cref="Reparameterize.Divergence{TPrior}"/>
    public void Divergence(ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> divergences, LatentShape shape) =>
        divergence(Elements(shape.Rows, shape.Columns), encoded, prior, divergences, shape);

    /// <inheritdoc cref="FreeBits.Gate"/>
    public void Gate(ArrayView<float> divergences, ArrayView<float> gates, MatrixShape shape, float free) =>
        gate(Cover(shape.Columns), divergences, gates, shape, free);

    /// <inheritdoc cref="Importance.LogRatio{TPrior}"/>
    public void LogRatio(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> latent, ArrayView<float> ratios,
        ArrayView<ControlBlock> control, LatentShape shape) =>
        logRatio(Rows(shape.Rows * shape.Samples, shape.Columns), encoded, prior, latent, ratios, control, shape);

    /// <inheritdoc cref="Importance.Weigh"/>
    public void Weigh(
        ArrayView<float> losses, ArrayView<float> ratios, ArrayView<float> weights, ArrayView<ControlBlock> control, LatentShape shape) =>
        weigh(Cover(shape.Rows), losses, ratios, weights, control, shape);

    /// <inheritdoc cref="Importance.Scale"/>
    public void Scale(ArrayView<float> values, ArrayView<float> weights, MatrixShape shape, int samples) =>
        scale(Elements(shape.Rows, shape.Columns), values, weights, shape, samples);

    /// <inheritdoc cref="Importance.Backward{TPrior}"/>
    public void WeightedBackward(
        ArrayView<float> encoded, ArrayView<float> prior, ArrayView<float> latent, ArrayView<float> weights,
        ArrayView<float> latentGradient, ArrayView<float> encodedGradient, ArrayView<float> priorGradient,
        ArrayView<ControlBlock> control, LatentShape shape) =>
        weightedBackward(
            Rows(shape.Rows, shape.Columns), encoded, prior, latent, weights, latentGradient, encodedGradient, priorGradient, control,
            shape);

    /// <inheritdoc cref="Importance.Mean"/>
    public void Mean(ArrayView<float> losses, ArrayView<float> means, LatentShape shape) => mean(Cover(shape.Rows), losses, means, shape);

    /// <inheritdoc cref="Importance.Accumulate"/>
    public void Accumulate(ArrayView<float> losses, ArrayView<float> ratios, ArrayView<float> running, LatentShape shape) =>
        accumulate(Cover(shape.Rows), losses, ratios, running, shape);

    private KernelConfig Rows(int rows, int columns) => Launch.Config(rows, tuning.RowGroupSize(columns));

    private KernelConfig Cover(int count) => Launch.Config(Launch.Groups(count, tuning.GroupSize), tuning.GroupSize);

    private KernelConfig Elements(int rows, int columns) =>
        Launch.Config(Elementwise.GridFor(new MatrixShape { Rows = rows, Columns = columns }, tuning.GroupSize), tuning.GroupSize);
}
