namespace VaeGpu.Puzzles;

public static class P11PrefixSum
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(16);
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[i] = a[0] + … + a[i], in four rounds for 16 elements: in each, all threads add one element of shared memory to theirs.",
        Kernel, new KernelConfig(1, 16),
        [Numbers.UpTo(16), new Expected(Numbers.Of(16, i => i * (i + 1) / 2))],
        Best: new(GlobalReads: 16, GlobalWrites: 16, Sectors: 4, Busiest: 9, SharedReads: 49, SharedWrites: 49),
        Hint: "In round 1, 2, 4, 8 a thread adds what stands that many places before it. Reading and writing of a round need a "
        + "barrier between them, and so do the rounds.") { CostsCount = true, MostReadsOfRound = 3 };
}
