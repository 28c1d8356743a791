using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Schedules;

namespace VaeGpu.Kernels.Launchers;

/// <summary>
/// What frames a step: <see cref="Batch"/>, <see cref="GradientNorm"/>, an <see cref="Optimizer"/>, <see cref="Metrics"/> and
/// <see cref="Kernels.Step.Initialize"/>, loaded on a device.
/// </summary>
/// <param name="accelerator">The device.</param>
/// <param name="optimizer">The optimizer; Adam where it is null.</param>
/// <param name="schedule">What the learning rate follows; constant where it is null.</param>
public sealed class StepLauncher(Accelerator accelerator, Optimizer? optimizer = null, LearningRateSchedule? schedule = null)
{
    private readonly DeviceTuning tuning = DeviceTuning.For(accelerator);
    private readonly Loaded<ArrayView<byte>, Floats, Control, BatchShape> gather = new(accelerator, Batch.Gather);
    private readonly Loaded<ArrayView<byte>, Floats, Control, BatchShape> gatherBinarized = new(accelerator, Batch.GatherBinarized);
    private readonly Loaded<Floats, Floats, Control, BatchShape> gatherValues = new(accelerator, Batch.GatherValues);
    private readonly bool drawsInGather = FusionPlan.Fuses(accelerator, Fusion.BinarizedBatch);
    private readonly Loaded<Floats, Control, BatchShape> binarize = new(accelerator, Batch.Binarize);
    private readonly bool updatesAtOnce = FusionPlan.Fuses(accelerator, Fusion.Optimizer);
    private readonly bool decays = (optimizer ?? Optimizer.Adam).DecaysWeights;
    private readonly Loaded<Floats, Floats, Floats, Floats, Floats, Control, FlatShape, AdamSettings> update =
        (FusionPlan.Fuses(accelerator, Fusion.Optimizer) && optimizer is not null ? optimizer : Optimizer.Adam).Load(accelerator);
    private readonly Loaded<Floats, Control, FlatShape, float> clip = new(accelerator, Kernels.Step.GradientNorm.Clip);
    private readonly Loaded<Floats, Floats, Control, FlatShape, float> decay = new(accelerator, AdamW.Decay);
    private readonly Loaded<Floats, Floats, int> chunkNorms = new(accelerator, Kernels.Step.GradientNorm.Chunks);
    private readonly Loaded<Floats, Control, int> wholeNorm = new(accelerator, Kernels.Step.GradientNorm.Whole);
    private readonly Loaded<Floats, Floats, ArrayView<MetricSums>, Control, StepShape> endStep =
        (schedule ?? LearningRateSchedule.Constant).Load(accelerator);
    private readonly bool endsAtOnce = FusionPlan.Fuses(accelerator, Fusion.StepEnd);
    private readonly Loaded<Floats, Floats, ArrayView<MetricSums>, Control, StepShape> addLosses = new(accelerator, Metrics.AddLosses);
    private readonly Loaded<Control, StepShape> countOn = (schedule ?? LearningRateSchedule.Constant).LoadCounter(accelerator);
    private readonly Loaded<Floats, FlatShape, InitialValues> uniform = new(accelerator, Kernels.Step.Initialize.Uniform);
    private readonly Loaded<Floats, FlatShape, InitialValues> normal = new(accelerator, Kernels.Step.Initialize.Normal);

    /// <inheritdoc cref="Batch.Gather"/>
    public void Gather(ArrayView<byte> data, Floats batch, Control control, BatchShape shape)
    {
        bool binarizes = shape.Binarize != 0, drawsAfter = binarizes && !drawsInGather;
        int groupSize = tuning.RowGroupSize(shape.Columns);
        (binarizes && drawsInGather ? gatherBinarized : gather).Launch(
            Launch.Config(Batch.GroupsFor(shape.Rows, groupSize), groupSize), data, batch, control, shape);
        if (drawsAfter)
            binarize.Launch(tuning.Elements(shape.Rows, shape.Columns), batch, control, shape);
    }

    /// <inheritdoc cref="Batch.GatherValues"/>
    public void Gather(Floats data, Floats batch, Control control, BatchShape shape) =>
        gatherValues.Launch(tuning.Rows(shape.Rows, shape.Columns), data, batch, control, shape);

    /// <summary>One step of the optimizer over the whole model; <see cref="AdamW"/> says what the arguments are.</summary>
    public void Update(
        Floats parameters, Floats gradients, Floats firstMoments, Floats secondMoments, Floats decayed, Control control,
        AdamSettings settings)
    {
        FlatShape shape = Flat(parameters);
        if (!updatesAtOnce)
        {
            if (settings.ClipNorm > 0)
                clip.Launch(Cover(shape), gradients, control, shape, settings.ClipNorm);
            if (decays)
                decay.Launch(Cover(shape), parameters, decayed, control, shape, settings.WeightDecay);
            settings.ClipNorm = 0;
        }
        update.Launch(Cover(shape), parameters, gradients, firstMoments, secondMoments, decayed, control, shape, settings);
    }

    /// <inheritdoc cref="Kernels.Step.GradientNorm"/>
    public void GradientNorm(Floats gradients, Floats norms, Control control)
    {
        int chunks = (int)norms.Length;
        chunkNorms.Launch(tuning.Rows(chunks, Kernels.Step.GradientNorm.Chunk), gradients, norms, (int)gradients.Length);
        wholeNorm.Launch(tuning.Rows(1, chunks), norms, control, chunks);
    }

    /// <inheritdoc cref="Metrics.EndStep"/>
    public void EndStep(Floats likelihoodLoss, Floats divergence, ArrayView<MetricSums> sums, Control control, StepShape shape)
    {
        KernelConfig oneGroup = tuning.Rows(1, shape.Rows);
        if (endsAtOnce)
        {
            endStep.Launch(oneGroup, likelihoodLoss, divergence, sums, control, shape);
            return;
        }
        addLosses.Launch(oneGroup, likelihoodLoss, divergence, sums, control, shape);
        countOn.Launch(oneGroup, control, shape);
    }

    /// <summary>Draws a tensor's initial values; <paramref name="tensor"/> is its number in the model.</summary>
    public void Initialize(Floats values, InitialDistribution distribution, uint seed, int tensor)
    {
        FlatShape shape = Flat(values);
        var stream = new InitialValues { Scale = (float)distribution.Scale, Seed = seed, Tensor = (uint)tensor };
        (distribution.IsNormal ? normal : uniform).Launch(Cover(shape), values, shape, stream);
    }

    private FlatShape Flat(Floats values) => new() { Length = (int)values.Length, PerThread = tuning.ElementsPerThread };

    private KernelConfig Cover(FlatShape shape) =>
        Launch.Config(Launch.Groups(shape.Length, tuning.GroupSize * shape.PerThread), tuning.GroupSize);
}
