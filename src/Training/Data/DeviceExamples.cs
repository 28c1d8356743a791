using VaeGpu.Training.Distributed;

namespace VaeGpu.Training.Data;

/// <summary>Loads a batch from examples of one type of number: <see cref="Batch"/> on a device.</summary>
internal delegate void GatherBatch<T>(
    ArrayView<T> examples, ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape) where T : unmanaged;

/// <summary>The order that batches are taken in.</summary>
/// <param name="Seed">The seed of <see cref="Shuffle"/>.</param>
/// <param name="HalfBits">That of <see cref="BatchShape"/>: 0 where each epoch has the order of the data set.</param>
/// <param name="MaximalRows">Rows of a batch, at most.</param>
internal readonly record struct BatchOrder(uint Seed, int HalfBits, int MaximalRows)
{
    /// <summary>The rows of a batch that this process takes.</summary>
    public ShardPlan Plan { get; init; } = ShardPlan.Whole;
}

/// <summary>Examples as kernels take them, a batch at a time.</summary>
internal abstract class DeviceExamples : IDisposable
{
    /// <summary>
    /// Examples in the device's memory; where they would take more than half of it, they stay in the host's and are streamed.
    /// </summary>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public static DeviceExamples Of<T>(Accelerator accelerator, ExampleSet examples, T[] numbers, GatherBatch<T> gather, BatchOrder order)
        where T : unmanaged
    {
        return numbers.LongLength * examples.NumberBytes > accelerator.MemorySize / 2 && Backend.IsGpu(accelerator)
            ? new StreamedExamples<T>(accelerator, examples, gather, order)
            : new ResidentExamples<T>(accelerator, examples, numbers, gather, order);
    }

    /// <summary>
    /// Makes a batch ready: <paramref name="rows"/> examples from <paramref name="position"/> on, in the order of <paramref name="epoch"/>;
    /// of them those that this process takes.
    /// It is called before each <see cref="Gather"/>, whose launches can be replayed.
    /// </summary>
    public abstract void Prepare(int epoch, int position, int rows);

    /// <summary>Fills a batch, or a shard of it, with the examples that the counters point to.</summary>
    public abstract void Gather(ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Examples that all lie in device memory.</summary>
internal sealed class ResidentExamples<T> : DeviceExamples where T : unmanaged
{
    private readonly MemoryBuffer1D<T, Stride1D.Dense> memory;
    private readonly GatherBatch<T> gather;
    private readonly BatchOrder order;

    /// <summary>Copies the numbers of the examples to the device.</summary>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public ResidentExamples(Accelerator accelerator, ExampleSet examples, T[] numbers, GatherBatch<T> gather, BatchOrder order)
    {
        Backend.ThrowIfNoRoom(
            accelerator, FormattableString.Invariant($"A copy of {examples.Count:N0} {examples.Format.Examples}"),
            numbers.LongLength * examples.NumberBytes);
        memory = accelerator.Allocate1D(numbers);
        (this.gather, this.order) = (gather, order);
    }

    /// <inheritdoc/>
    public override void Prepare(int epoch, int position, int rows)
    {
    }

    /// <inheritdoc/>
    public override void Gather(ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape) =>
        gather(memory.View, batch, control, shape with { HalfBits = order.HalfBits });

    /// <inheritdoc/>
    public override void Dispose() => memory.Dispose();
}
