namespace VaeGpu.Puzzles;

public static class P10DotProduct
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(8);
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[0] = Σ a[i]·b[i]. Each thread has a product. Then pairs of threads add theirs up in shared memory: 8 products come to 4 "
        + "sums, 2, and 1, in three rounds instead of seven additions by one thread.",
        Kernel, new KernelConfig(1, 8),
        [Numbers.UpTo(8), Numbers.Of(8, i => 8 - i), new Expected([84])],
        Best: new(GlobalReads: 16, GlobalWrites: 1, Sectors: 3, Busiest: 6, SharedReads: 7, SharedWrites: 7),
        Hint: "In each round the first half of the threads that are left adds what the second half has written. The barrier stands "
        + "outside of the condition: all threads reach it.") { CostsCount = true, MostReadsOfRound = 3 };
}
