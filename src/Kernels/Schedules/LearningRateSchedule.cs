using VaeGpu.Kernels.Launchers;

namespace VaeGpu.Kernels.Schedules;

/// <summary>The shapes of the learning rate over a run by name; the types have their formulas.</summary>
public abstract class LearningRateSchedule : Choice<LearningRateSchedule>
{
    private LearningRateSchedule(string member) : base(member)
    {
    }

    public static LearningRateSchedule Constant { get; } = Of<Constant>();
    public static LearningRateSchedule Linear { get; } = Of<Linear>();
    public static LearningRateSchedule Cosine { get; } = Of<Cosine>();
    public static LearningRateSchedule Steps { get; } = Of<Steps>();
    public static LearningRateSchedule TriplingSteps { get; } = Of<TriplingSteps>();

    /// <inheritdoc cref="ISchedule.EndsWithRun"/>
    public abstract bool EndsWithRun { get; }

    /// <inheritdoc cref="ISchedule.Drops"/>
    public abstract bool Drops { get; }

    /// <inheritdoc cref="LearningRate.Of"/>
    public abstract float Rate(ControlBlock now);

    /// <summary>Loads <see cref="Metrics.EndStep"/> on a device.</summary>
    internal abstract Loaded<Floats, Floats, ArrayView<MetricSums>, Control, StepShape> Load(Accelerator accelerator);

    /// <summary>Loads <see cref="Metrics.CountOn"/> on a device.</summary>
    internal abstract Loaded<Control, StepShape> LoadCounter(Accelerator accelerator);

    /// <summary>Adds a schedule.</summary>
    /// <param name="member">What it is called.</param>
    public static LearningRateSchedule Of<TSchedule>([CallerMemberName] string member = "") where TSchedule : struct, ISchedule =>
        new Typed<TSchedule>(member);

    private sealed class Typed<TSchedule>(string member) : LearningRateSchedule(member) where TSchedule : struct, ISchedule
    {
        public override bool EndsWithRun => TSchedule.EndsWithRun;
        public override bool Drops => TSchedule.Drops;
        public override float Rate(ControlBlock now) => LearningRate.Of<TSchedule>(now);
        internal override Loaded<Floats, Floats, ArrayView<MetricSums>, Control, StepShape> Load(Accelerator accelerator) =>
            new(accelerator, Metrics.EndStep<TSchedule>);
        internal override Loaded<Control, StepShape> LoadCounter(Accelerator accelerator) => new(accelerator, Metrics.CountOn<TSchedule>);
    }
}
