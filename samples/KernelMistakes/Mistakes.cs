using ILGPU;
using ILGPU.Runtime;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.KernelMistakes;

/// <summary>A mistake of each usual kind, for docs/your-kernel.md.</summary>
public static class Mistakes
{
    // The neighbor's element may be written before or after it is read: a barrier is missing between the two.
    [LaunchSizes("groups=4 threads=64 values=256")]
    public static void Race(ArrayView<float> values)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(64);
        shared[Group.IdxX] = values[Grid.GlobalIndex.X];
        values[Grid.GlobalIndex.X] = shared[(Group.IdxX + 1) % 64];
    }

    // 1000 elements and 1024 threads: the last 24 have none.
    [LaunchSizes("groups=16 threads=64 values=1000")]
    public static void OutOfBounds(ArrayView<float> values, float factor) => values[Grid.GlobalIndex.X] *= factor;

    // Half of the group does not come to the barrier.
    [LaunchSizes("groups=4 threads=64 values=256")]
    public static void DivergentBarrier(ArrayView<float> values)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(64);
        shared[Group.IdxX] = values[Grid.GlobalIndex.X];
        if (Group.IdxX < 32)
        {
            Group.Barrier();
            values[Grid.GlobalIndex.X] = shared[Group.IdxX + 32];
        }
    }

    // Shared memory is not zero at first: nothing has written sums[0].
    [LaunchSizes("groups=4 threads=64 values=256 sums=4")]
    public static void UninitializedRead(ArrayView<int> values, ArrayView<int> sums)
    {
        ArrayView<int> sum = SharedMemory.Allocate<int>(1);
        Atomic.Add(ref sum[0], values[Grid.GlobalIndex.X]);
        Group.Barrier();
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = sum[0];
    }

    // Neighboring threads read elements of one column: they lie a row apart.
    [LaunchSizes("groups=64 threads=64 matrix=4096 transposed=4096 side=64")]
    public static void UncoalescedAccess(ArrayView<float> matrix, ArrayView<float> transposed, int side) =>
        transposed[Grid.IdxX * side + Group.IdxX] = matrix[Group.IdxX * side + Grid.IdxX];

    // Neighboring threads read words of one bank: rows of 32 words begin in the same bank.
    [LaunchSizes("groups=4 threads=32x32 matrix=4096")]
    public static void BankConflict(ArrayView<float> matrix)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(32 * 32);
        int first = Grid.IdxX * 32 * 32;
        tile[Group.IdxY * 32 + Group.IdxX] = matrix[first + Group.IdxY * 32 + Group.IdxX];
        Group.Barrier();
        matrix[first + Group.IdxY * 32 + Group.IdxX] = tile[Group.IdxX * 32 + Group.IdxY];
    }
}
