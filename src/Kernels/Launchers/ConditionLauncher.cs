using VaeGpu.Kernels.Activations;

namespace VaeGpu.Kernels;

/// <summary><see cref="Condition"/>, loaded on a device.</summary>
public sealed class ConditionLauncher
{
    private readonly DeviceTuning tuning;
    private readonly Action<KernelConfig, ArrayView<byte>, ArrayView<float>, ArrayView<ControlBlock>, BatchShape> gather;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, JoinShape> join;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, JoinShape> takeLeft;

    /// <summary>Loads the kernels; <paramref name="below"/> made what labels are set beside.</summary>
    public ConditionLauncher(Accelerator accelerator, Activation below)
    {
        tuning = DeviceTuning.For(accelerator);
        var gatherKernel = Condition.Gather;
        var joinKernel = Condition.Join;
        gather = accelerator.LoadStreamKernel(gatherKernel);
        join = accelerator.LoadStreamKernel(joinKernel);
        takeLeft = below.Accept(new Load(accelerator));
    }

    /// <inheritdoc cref="Condition.Gather"/>
    public void Gather(ArrayView<byte> labels, ArrayView<float> oneHot, ArrayView<ControlBlock> control, BatchShape shape) =>
        gather(Launch.Config(shape.Rows, tuning.RowGroupSize(shape.Columns)), labels, oneHot, control, shape);

    /// <inheritdoc cref="Condition.Join"/>
    public void Join(ArrayView<float> left, ArrayView<float> right, ArrayView<float> joined, JoinShape shape) =>
        join(Launch.Config(shape.Rows, tuning.RowGroupSize(shape.Left + shape.Right)), left, right, joined, shape);

    /// <inheritdoc cref="Condition.TakeLeft{TActivation}"/>
    public void TakeLeft(ArrayView<float> joined, ArrayView<float> saved, ArrayView<float> left, JoinShape shape) =>
        takeLeft(Launch.Config(shape.Rows, tuning.RowGroupSize(shape.Left)), joined, saved, left, shape);

    private sealed class Load(Accelerator accelerator)
        : IActivationVisitor<Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, JoinShape>>
    {
        public Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, JoinShape> Visit<TActivation>()
            where TActivation : struct, IActivation
        {
            var kernel = Condition.TakeLeft<TActivation>;
            return accelerator.LoadStreamKernel(kernel);
        }
    }
}
