namespace VaeGpu.Puzzles;

public static class P08Shared
{
    public static void Kernel(ArrayView<float> a, ArrayView<float> result)
    {
        ArrayView<float> part = SharedMemory.Allocate<float>(8);
        // Your code.
    }

    public static Puzzle Puzzle => new(
        "Each group turns its part of a around: result[first + i] = a[last − i], where the group's threads stand at the places from "
        + "first to last. Each thread reads the element of its own place, and hands it on in shared memory.",
        Kernel, new KernelConfig(2, 8),
        [Numbers.UpTo(16), new Expected(Numbers.Of(16, i => i / 8 * 8 + 7 - i % 8))],
        Best: new(GlobalReads: 16, GlobalWrites: 16, Sectors: 4, Busiest: 4, SharedReads: 16, SharedWrites: 16),
        Hint: "Write to shared memory, wait with Group.Barrier() until all threads have, and read what another "
        + "thread wrote.") { CostsCount = true, LeastSharedReads = 16 };
}
