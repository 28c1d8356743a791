namespace VaeGpu.Puzzles;

public static class P06Groups
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[i] = a[i] + 10, with fewer threads in a group than elements, and several groups.",
        Kernel, new KernelConfig(3, 4),
        [Numbers.UpTo(10), new Expected(Numbers.Of(10, i => i + 10))],
        Best: new(GlobalReads: 10, GlobalWrites: 10, Sectors: 6, Busiest: 2),
        Hint: "Grid.GlobalIndex.X is Grid.IdxX * Group.DimX + Group.IdxX.");
}
