namespace VaeGpu.Puzzles;

public static class P05Broadcast
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result, int size)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[row, column] = a[column] + b[row], a matrix of size × size in row-major order. There are more threads "
        + "than elements.",
        Kernel, new KernelConfig(new Index2D(1, 1), new Index2D(4, 4)),
        [Numbers.UpTo(3), Numbers.Of(3, i => 10 * i), new Expected(Numbers.Of(9, i => i % 3 + 10 * (i / 3))), 3],
        Best: new(GlobalReads: 18, GlobalWrites: 9, Sectors: 4, Busiest: 3),
        Hint: "Each thread reads one element of either.");
}
