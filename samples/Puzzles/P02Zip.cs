namespace VaeGpu.Puzzles;

public static class P02Zip
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[i] = a[i] + b[i]. There is a thread for each element.",
        Kernel, new KernelConfig(1, 8),
        [Numbers.UpTo(8), Numbers.Of(8, i => i * i), new Expected(Numbers.Of(8, i => i + i * i))],
        Best: new(GlobalReads: 16, GlobalWrites: 8, Sectors: 3, Busiest: 3),
        Hint: "As before, with one more read.");
}
