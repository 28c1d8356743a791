namespace VaeGpu.Puzzles;

public static class P07GridStride
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[i] = a[i] + 10, with more elements than threads in all groups.",
        Kernel, new KernelConfig(2, 4),
        [Numbers.UpTo(21), new Expected(Numbers.Of(21, i => i + 10))],
        Best: new(GlobalReads: 21, GlobalWrites: 21, Sectors: 12, Busiest: 6),
        Hint: "Start at the thread's place in the grid, and go on by Grid.DimX * Group.DimX, so that neighboring threads stay "
        + "at neighboring elements.");
}
