namespace VaeGpu.Puzzles;

public static class P01Map
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[i] = a[i] + 10. There is a thread for each element.",
        Kernel, new KernelConfig(1, 8),
        [Numbers.UpTo(8), new Expected(Numbers.Of(8, i => i + 10))],
        Best: new(GlobalReads: 8, GlobalWrites: 8, Sectors: 2, Busiest: 2),
        Hint: "Group.IdxX is the number of the thread in its group, from 0.");
}
