namespace VaeGpu.Kernels;

/// <summary>
/// What frames a step: <see cref="Batch"/>, <see cref="GradientNorm"/>, <see cref="Kernels.Adam"/>, <see cref="Metrics"/> and
/// <see cref="Kernels.Initialize"/>, loaded on a device.
/// </summary>
public sealed class StepLauncher
{
    private readonly DeviceTuning tuning;
    private readonly Action<KernelConfig, ArrayView<byte>, ArrayView<float>, ArrayView<ControlBlock>, BatchShape> gather;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>, BatchShape> gatherValues;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<ControlBlock>,
        FlatShape, AdamSettings> adam;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<ControlBlock>, FlatShape, AdamSettings> decayedAdam;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, int> chunkNorms;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<ControlBlock>, int> wholeNorm;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<MetricSums>, ArrayView<ControlBlock>,
        StepShape> endStep;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<MetricSums>, ArrayView<ControlBlock>,
        StepShape> accumulate;
    private readonly Action<KernelConfig, ArrayView<float>, FlatShape, InitialValues> uniform, normal;

    public StepLauncher(Accelerator accelerator)
    {
        tuning = DeviceTuning.For(accelerator);
        var gatherKernel = Batch.Gather;
        var gatherValuesKernel = Batch.GatherValues;
        var adamKernel = Kernels.Adam.Run;
        var decayedAdamKernel = Kernels.Adam.RunDecayed;
        var chunkNormsKernel = Kernels.GradientNorm.Chunks;
        var wholeNormKernel = Kernels.GradientNorm.Whole;
        var endStepKernel = Metrics.EndStep;
        var accumulateKernel = Metrics.Accumulate;
        var uniformKernel = Kernels.Initialize.Uniform;
        var normalKernel = Kernels.Initialize.Normal;
        gather = accelerator.LoadStreamKernel(gatherKernel);
        gatherValues = accelerator.LoadStreamKernel(gatherValuesKernel);
        adam = accelerator.LoadStreamKernel(adamKernel);
        decayedAdam = accelerator.LoadStreamKernel(decayedAdamKernel);
        chunkNorms = accelerator.LoadStreamKernel(chunkNormsKernel);
        wholeNorm = accelerator.LoadStreamKernel(wholeNormKernel);
        endStep = accelerator.LoadStreamKernel(endStepKernel);
        accumulate = accelerator.LoadStreamKernel(accumulateKernel);
        uniform = accelerator.LoadStreamKernel(uniformKernel);
        normal = accelerator.LoadStreamKernel(normalKernel);
    }

    /// <inheritdoc cref="Batch.Gather"/>
    public void Gather(ArrayView<byte> data, ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape) =>
        gather(Launch.Config(shape.Rows, tuning.RowGroupSize(shape.Columns)), data, batch, control, shape);

    /// <inheritdoc cref="Batch.GatherValues"/>
    public void Gather(ArrayView<float> data, ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape) =>
        gatherValues(Launch.Config(shape.Rows, tuning.RowGroupSize(shape.Columns)), data, batch, control, shape);

    /// <inheritdoc cref="Kernels.Adam.Run"/>
    public void Adam(
        ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments,
        ArrayView<ControlBlock> control, AdamSettings settings)
    {
        FlatShape shape = Flat(parameters);
        adam(Cover(shape), parameters, gradients, firstMoments, secondMoments, control, shape, settings);
    }

    /// <inheritdoc cref="Kernels.Adam.RunDecayed"/>
    public void Adam(
        ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> firstMoments, ArrayView<float> secondMoments,
        ArrayView<float> decayed, ArrayView<ControlBlock> control, AdamSettings settings)
    {
        FlatShape shape = Flat(parameters);
        decayedAdam(Cover(shape), parameters, gradients, firstMoments, secondMoments, decayed, control, shape, settings);
    }

    /// <inheritdoc cref="Kernels.GradientNorm"/>
    public void GradientNorm(ArrayView<float> gradients, ArrayView<float> norms, ArrayView<ControlBlock> control)
    {
        int chunks = (int)norms.Length;
        chunkNorms(Launch.Config(chunks, tuning.RowGroupSize(Kernels.GradientNorm.Chunk)), gradients, norms, (int)gradients.Length);
        wholeNorm(Launch.Config(1, tuning.RowGroupSize(chunks)), norms, control, chunks);
    }

    /// <inheritdoc cref="Metrics.EndStep"/>
    public void EndStep(
        ArrayView<float> likelihoodLoss, ArrayView<float> divergence, ArrayView<MetricSums> sums, ArrayView<ControlBlock> control,
        StepShape shape) =>
        endStep(Launch.Config(1, tuning.RowGroupSize(shape.Rows)), likelihoodLoss, divergence, sums, control, shape);

    /// <inheritdoc cref="Metrics.Accumulate"/>
    public void Accumulate(
        ArrayView<float> likelihoodLoss, ArrayView<float> divergence, ArrayView<MetricSums> sums, ArrayView<ControlBlock> control,
        StepShape shape) =>
        accumulate(Launch.Config(1, tuning.RowGroupSize(shape.Rows)), likelihoodLoss, divergence, sums, control, shape);

    /// <summary>Draws a tensor's initial values; <paramref name="tensor"/> is its number in the model.</summary>
    public void Initialize(ArrayView<float> values, InitialDistribution distribution, uint seed, int tensor)
    {
        FlatShape shape = Flat(values);
        var stream = new InitialValues { Scale = (float)distribution.Scale, Seed = seed, Tensor = (uint)tensor };
        (distribution.IsNormal ? normal : uniform)(Cover(shape), values, shape, stream);
    }

    private FlatShape Flat(ArrayView<float> values) => new() { Length = (int)values.Length, PerThread = tuning.ElementsPerThread };

    private KernelConfig Cover(FlatShape shape) =>
        Launch.Config(Launch.Groups(shape.Length, tuning.GroupSize * shape.PerThread), tuning.GroupSize);
}
