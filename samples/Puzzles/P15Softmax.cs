namespace VaeGpu.Puzzles;

public static class P15Softmax
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(8);
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result[i] = exp(a[i]) / Σ exp(a[j]), for values as large as 200. Exponential.Exp is the exponential. Read each element "
        + "of a once; threads share the work of the sum, as in the dot product.",
        Kernel, new KernelConfig(1, 8),
        [
            Numbers.Of(8, i => 200 - i * i),
            new Expected(Numbers.Of(8, i => MathF.Exp(-i * i) / Enumerable.Range(0, 8).Sum(j => MathF.Exp(-j * j)))),
        ],
        Best: new(GlobalReads: 8, GlobalWrites: 8, Sectors: 2, Busiest: 12, SharedReads: 30, SharedWrites: 16),
        Hint: "exp(200) is infinite in single precision. The quotient stays the same when the greatest value is subtracted from "
        + "all: find it in shared memory, as the sum after it.") { CostsCount = true, MostReadsOfRound = 3 };
}
