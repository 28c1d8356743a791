using System.Runtime.InteropServices;

namespace VaeGpu.Training.Data;

/// <summary>Examples of which the device has one batch at a time. A thread reads the next batches ahead.</summary>
internal sealed class StreamedExamples<T> : DeviceExamples where T : unmanaged
{
    private readonly MemoryBuffer1D<T, Stride1D.Dense> staged;
    private readonly GatherBatch<T> gather;
    private readonly BatchLoader loader;
    private readonly BatchOrder order;
    private readonly int size;
    private int firstHere;

    /// <summary>Allocates a batch on the device and begins to read the first.</summary>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public StreamedExamples(Accelerator accelerator, ExampleSet examples, GatherBatch<T> gather, BatchOrder order)
    {
        (this.gather, this.order, size) = (gather, order, examples.Format.Size);
        staged = accelerator.Allocate1D<T>((long)order.Plan.MostRowsHere(order.MaximalRows) * size);
        loader = new BatchLoader(examples, order);
    }

    /// <inheritdoc/>
    /// <exception cref="DataException">The examples cannot be read.</exception>
    public override void Prepare(int epoch, int position, int rows)
    {
        firstHere = order.Plan.RowsHere(rows).First;
        loader.Take(new(epoch, position, rows), bytes =>
        {
            ReadOnlySpan<T> numbers = MemoryMarshal.Cast<byte, T>(bytes);
            ArrayView<T> rows = staged.View;
            if (!numbers.IsEmpty)
                rows.SubView(0, numbers.Length).CopyFromCPU(numbers);
        });
    }

    /// <inheritdoc/>
    public override void Gather(ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape)
    {
        ArrayView<T> rows = staged.View;
        gather(rows.SubView((shape.First - firstHere) * size), batch, control, shape with { HalfBits = BatchShape.Staged });
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        loader.Dispose();
        staged.Dispose();
    }
}
