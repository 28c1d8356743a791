namespace VaeGpu.Puzzles;

public static class P12RowSums
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result, int columns)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(8);
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[row] = the sum of a row of a, which has 21 columns. Each group has a row: its 8 threads "
        + "share the columns.",
        Kernel, new KernelConfig(4, 8),
        [Numbers.Of(84, i => i % 5), new Expected(Numbers.Of(4, row => Enumerable.Range(21 * row, 21).Sum(i => i % 5))), 21],
        Best: new(GlobalReads: 84, GlobalWrites: 4, Sectors: 24, Busiest: 7, SharedReads: 28, SharedWrites: 28),
        Hint: "First each thread adds up columns Group.IdxX, Group.IdxX + Group.DimX, … in a variable; then the threads add "
        + "their sums up as in the dot product.") { CostsCount = true, MostReadsOfRound = 3 };
}
