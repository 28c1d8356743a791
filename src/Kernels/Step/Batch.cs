using VaeGpu.Gpu;

namespace VaeGpu.Kernels.Step;

/// <summary>The sizes of a batch and of the data set behind it.</summary>
public struct BatchShape
{
    public int Rows;
    /// <summary>Data dimensions.</summary>
    public int Columns;
    /// <summary>Rows of the data set; position + <see cref="First"/> + <see cref="Rows"/> does not go beyond.</summary>
    public int Count;
    /// <summary>
    /// <see cref="Shuffle.HalfBits"/> of <see cref="Count"/>; 0 takes the rows in the order of the data set, and <see cref="Staged"/> takes
    /// row i of the data as row i of the batch.
    /// </summary>
    public int HalfBits;
    /// <summary>
    /// Whether (1) or not (0) gray levels become 1 with the probability that they say, else 0; <see cref="Launchers.StepLauncher"/> chooses
    /// the kernel by it.
    /// </summary>
    public int Binarize;
    /// <summary>The place of the first of these rows in the batch: 0, but for the shards behind the first.</summary>
    public int First;

    /// <summary>In the place of <see cref="HalfBits"/>: the data is the batch's rows alone, in their order.</summary>
    public const int Staged = -1;
}

/// <summary>Gathers a batch from a data set of bytes in device memory: batch[i, j] = data[π(position + first + i), j]/255.</summary>
/// <remarks>
/// <para>data (count, columns) bytes and batch (rows, columns) floats, row-major; π is <see cref="Shuffle"/>'s permutation of
/// (seed, epoch). An epoch's last batch may have fewer rows.</para>
/// <para>Binarized, batch[i, j] = [u &lt; data/255], u uniform by (step, element of the whole batch): drawn again each time a pixel is
/// gathered (Burda, Grosse and Salakhutdinov 2016), and by a resumed run as by the unbroken one. 0 and 255 stay what they are.</para>
/// <para>Threads: on a GPU group i has row i, and π is the same in all its threads. On a processor a group has as many rows as lanes: each
/// thread computes π for one of them, passes it on through 64 shared bytes and a barrier, and all threads copy the rows one after the
/// other, while the row <see cref="RowsAhead"/> further on is prefetched. 5 bytes moved per element: memory-bound but where Philox is
/// drawn. Test: StepTests.</para>
/// </remarks>
public static class Batch
{
    private const int RowsAhead = 2, CacheLine = 64;

    /// <summary>The kernel, which takes gray levels as they are; launch it with <see cref="GroupsFor"/>.</summary>
    public static void Gather(ArrayView<byte> data, ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape) =>
        GatherRows(data, batch, control, shape, binarizes: false);

    /// <summary>The kernel that binarizes; launched likewise.</summary>
    public static void GatherBinarized(
        ArrayView<byte> data, ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape) =>
        GatherRows(data, batch, control, shape, binarizes: true);

    private static void GatherRows(
        ArrayView<byte> data, ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape, bool binarizes)
    {
        ControlBlock now = control[0];
        if (Group.DimX > Launch.MostLanes)
        {
            Copy(data, batch, (long)SourceRow(now, Grid.IdxX, shape) * shape.Columns, Grid.IdxX, now, shape, binarizes);
            return;
        }
        ArrayView<int> sources = SharedMemory.Allocate<int>(Launch.MostLanes);
        int first = Grid.IdxX * Group.DimX, rows = Math.Min(Group.DimX, shape.Rows - first);
        sources[Group.IdxX] = SourceRow(now, Math.Min(first + Group.IdxX, shape.Rows - 1), shape);
        Group.Barrier();
        for (int i = 0; i < rows; i++)
        {
            if (i + RowsAhead < rows)
                PrefetchRow(data, (long)sources[i + RowsAhead] * shape.Columns, shape.Columns);
            Copy(data, batch, (long)sources[i] * shape.Columns, first + i, now, shape, binarizes);
        }
    }

    /// <summary>The groups of <see cref="Gather"/>.</summary>
    public static int GroupsFor(int rows, int groupSize) => groupSize > Launch.MostLanes ? rows : Launch.Groups(rows, groupSize);

    private static void PrefetchRow(ArrayView<byte> data, long start, int bytes)
    {
        for (int first = 0; first < bytes; first += CacheLine)
            Prefetch.Line(data, start + first);
    }

    private static void Copy(
        ArrayView<byte> data, ArrayView<float> batch, long source, int row, ControlBlock now, BatchShape shape, bool binarizes)
    {
        // PoCL vectorizes the loop only if there is no condition in it.
        int whole = shape.Columns / Group.DimX * Group.DimX;
        for (int first = 0; first < whole; first += Group.DimX)
            Take(data, batch, source, row, first + Group.IdxX, now, shape, binarizes);
        if (whole + Group.IdxX < shape.Columns)
            Take(data, batch, source, row, whole + Group.IdxX, now, shape, binarizes);
    }

    private static void Take(
        ArrayView<byte> data, ArrayView<float> batch, long source, int row, int column, ControlBlock now, BatchShape shape,
        bool binarizes)
    {
        float level = Level(data[source + column]);
        if (binarizes)
            level = Draw(level, now, (uint)((shape.First + row) * shape.Columns + column));
        batch[row * shape.Columns + column] = level;
    }

    /// <summary>The same for a data set of floats, taken as they are: 8 bytes moved per element.</summary>
    public static void GatherValues(ArrayView<float> data, ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape)
    {
        int row = Grid.IdxX;
        long source = (long)SourceRow(control[0], row, shape) * shape.Columns;
        int target = row * shape.Columns;
        for (int first = 0; first < shape.Columns; first += Group.DimX)
        {
            int column = first + Group.IdxX;
            if (column < shape.Columns)
                batch[target + column] = data[source + column];
        }
    }

    /// <summary>
    /// Gray levels of a batch, in place, become 1 with the probability that they say, else 0: with a gathering that does not binarize, the
    /// unfused twin of one that does. Group (x, y) has columns x·G … of row y.
    /// </summary>
    public static void Binarize(ArrayView<float> batch, ArrayView<ControlBlock> control, BatchShape shape)
    {
        int column = Grid.IdxX * Group.DimX + Group.IdxX;
        int index = Grid.IdxY * shape.Columns + column;
        ControlBlock now = control[0];
        if (column < shape.Columns)
            batch[index] = Draw(batch[index], now, (uint)(shape.First * shape.Columns + index));
    }

    /// <summary>gray/255, correctly rounded: a product with 1/255 and a correction by the remainder, faster than a division.</summary>
    public static float Level(byte gray)
    {
        const float Reciprocal = 1f / 255f;
        float quotient = gray * Reciprocal;
        return MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(-quotient, 255f, gray), Reciprocal, quotient);
    }

    private static float Draw(float level, ControlBlock now, uint element) =>
        Philox.Uniform(Philox.Draw(now.Seed, RandomPurpose.Binarize, (uint)now.Step, element).A) < level ? 1f : 0f;

    /// <summary>π(position + first + row), or the row itself where the data is staged.</summary>
    public static int SourceRow(ControlBlock now, int row, BatchShape shape)
    {
        if (shape.HalfBits == BatchShape.Staged)
            return row;
        int position = now.Position + shape.First + row;
        if (shape.HalfBits == 0)
            return position;
        return Shuffle.Permute(position, shape.Count, shape.HalfBits, now.Seed, now.Epoch);
    }
}
