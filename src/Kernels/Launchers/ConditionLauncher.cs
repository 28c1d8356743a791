using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Launchers;

/// <summary><see cref="Condition"/>, loaded on a device.</summary>
/// <param name="accelerator">The device.</param>
/// <param name="below">What made the matrix that labels are set beside.</param>
public sealed class ConditionLauncher(Accelerator accelerator, Activation below)
{
    private readonly DeviceTuning tuning = DeviceTuning.For(accelerator);
    private readonly Loaded<ArrayView<byte>, Floats, Control, BatchShape> gather = new(accelerator, Condition.Gather);
    private readonly Loaded<Floats, Floats, Floats, JoinShape> join = new(accelerator, Condition.Join);
    private readonly Loaded<Floats, Floats, Floats, JoinShape> takeLeft = below.Accept(new Load(accelerator));

    /// <inheritdoc cref="Condition.Gather"/>
    public void Gather(ArrayView<byte> labels, Floats oneHot, Control control, BatchShape shape) =>
        gather.Launch(tuning.Rows(shape.Rows, shape.Columns), labels, oneHot, control, shape);

    /// <inheritdoc cref="Condition.Join"/>
    public void Join(Floats left, Floats right, Floats joined, JoinShape shape) =>
        join.Launch(tuning.Rows(shape.Rows, shape.Left + shape.Right), left, right, joined, shape);

    /// <inheritdoc cref="Condition.TakeLeft{TActivation}"/>
    public void TakeLeft(Floats joined, Floats saved, Floats left, JoinShape shape) =>
        takeLeft.Launch(tuning.Rows(shape.Rows, shape.Left), joined, saved, left, shape);

    private sealed class Load(Accelerator accelerator)
        : IActivationVisitor<Loaded<Floats, Floats, Floats, JoinShape>>
    {
        public Loaded<Floats, Floats, Floats, JoinShape> Visit<TActivation>()
            where TActivation : struct, IActivation => new(accelerator, Condition.TakeLeft<TActivation>);
    }
}
