namespace VaeGpu.Puzzles;

public static class P14TiledProduct
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> result)
    {
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "result = a·b for matrices of 8 × 8. A group computes a tile of 4 × 4, and reads each element that it needs from "
        + "global memory once.",
        Kernel, new KernelConfig(new Index2D(2, 2), new Index2D(4, 4)),
        [
            Numbers.Of(64, i => i % 7), Numbers.Of(64, i => i % 5),
            new Expected(Numbers.Of(64, i => Enumerable.Range(0, 8).Sum(k => (i / 8 * 8 + k) % 7 * ((8 * k + i % 8) % 5)))),
        ],
        Best: new(GlobalReads: 256, GlobalWrites: 64, Sectors: 80, Busiest: 25, SharedReads: 1024, SharedWrites: 256),
        Hint: "Go along k in steps of 4: copy a tile of a and one of b to shared memory, wait, add four products, and wait "
        + "before the tiles are replaced.") { CostsCount = true };
}
