namespace VaeGpu.Training.Data;

/// <summary>Handwritten-looking digits, 28×28, white on black, drawn from stroke skeletons: a data set with nothing to download.</summary>
public static class StrokeDigits
{
    /// <summary>Digits drawn between two looks at the shared work list: long enough to be cheap, short enough to share well.</summary>
    private const int Batch = 250;

    /// <summary>
    /// Draws <paramref name="count"/> digits, numbers <paramref name="first"/> and on of the endless row that <paramref name="seed"/>
    /// stands for, with their labels. A digit depends on the seed and its number alone: not on the processor or on
    /// <paramref name="threads"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A count is negative or too large for one array, or threads is not positive.
    /// </exception>
    public static ImageSet Generate(int count, ulong seed, int threads, int first = 0)
    {
        const int size = StrokePen.Side * StrokePen.Side;
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength / size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var pixels = GC.AllocateUninitializedArray<byte>(count * size);
        var labels = new byte[count];
        Parallel.For(0, (count + Batch - 1) / Batch, new ParallelOptions { MaxDegreeOfParallelism = threads }, batch =>
        {
            var painter = new DigitPainter();
            for (var i = batch * Batch; i < Math.Min(count, (batch + 1) * Batch); i++)
                labels[i] = painter.Paint(seed, (ulong)first + (ulong)i, pixels.AsSpan(i * size, size));
        });
        return new ImageSet(pixels, labels, StrokePen.Side, StrokePen.Side);
    }
}
