namespace VaeGpu.Puzzles;

public static class P09SlidingWindow
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> window = SharedMemory.Allocate<float>(8);
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[i] = a[i − 2] + a[i − 1] + a[i], where elements before the first count as 0. Read each element of a from "
        + "global memory once.",
        Kernel, new KernelConfig(1, 8),
        [Numbers.UpTo(8), new Expected(Numbers.Of(8, i => i == 0 ? 0 : i == 1 ? 1 : 3 * i - 3))],
        Best: new(GlobalReads: 8, GlobalWrites: 8, Sectors: 2, Busiest: 5, SharedReads: 13, SharedWrites: 7),
        Hint: "Copy a to shared memory, wait, and let each thread read its neighbors there. A thread knows its own element "
        + "already.") { CostsCount = true };
}
