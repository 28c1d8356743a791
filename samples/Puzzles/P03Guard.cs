namespace VaeGpu.Puzzles;

public static class P03Guard
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[i] = a[i] + 10, with more threads than elements.",
        Kernel, new KernelConfig(1, 8),
        [Numbers.UpTo(5), new Expected(Numbers.Of(5, i => i + 10))],
        Best: new(GlobalReads: 5, GlobalWrites: 5, Sectors: 2, Busiest: 2),
        Hint: "Threads from a.Length on have nothing to do.");
}
