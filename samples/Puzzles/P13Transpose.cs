namespace VaeGpu.Puzzles;

public static class P13Transpose
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[column, row] = a[row, column] for 32 × 32 elements. Global memory moves sectors of 32 bytes: read and "
        + "write along rows. Shared memory has 32 banks, and element i lies in bank i % 32: avoid conflicts.",
        Kernel, new KernelConfig(new Index2D(1, 1), new Index2D(32, 8)),
        [Numbers.UpTo(1024), new Expected(Numbers.Of(1024, i => i % 32 * 32 + i / 32))],
        Best: new(GlobalReads: 1024, GlobalWrites: 1024, Sectors: 256, Busiest: 16, SharedReads: 1024, SharedWrites: 1024),
        Hint: "The threads are 8 rows of 32: each takes four rows. Go through a tile in shared memory whose rows are 33 "
        + "elements apart: then the elements of a column lie in different banks.") { CostsCount = true };
}
