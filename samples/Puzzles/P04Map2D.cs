namespace VaeGpu.Puzzles;

public static class P04Map2D
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result, int size)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result = a + 10 for a matrix of size × size in row-major order. There are more threads than elements, along both "
        + "axes.",
        Kernel, new KernelConfig(new Index2D(1, 1), new Index2D(4, 4)),
        [Numbers.UpTo(9), new Expected(Numbers.Of(9, i => i + 10)), 3],
        Best: new(GlobalReads: 9, GlobalWrites: 9, Sectors: 4, Busiest: 2),
        Hint: "Element (row, column) is a[row * size + column]. Let X run along a row: then neighboring threads touch "
        + "neighboring elements.");
}
