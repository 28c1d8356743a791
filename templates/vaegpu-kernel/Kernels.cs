using ILGPU;
using ILGPU.Runtime;
using VaeGpu.Gpu.Inspection;

namespace MyKernels;

/// <summary>
/// Kernels: static methods that return nothing and take views. [LaunchSizes] says how "vaegpu kernels --assembly" launches one.
/// </summary>
public static class Kernels
{
    /// <summary>y = a·x + y, an element for each thread.</summary>
    [LaunchSizes("threads=64 x=4096 y=4096 a=2")]
    public static void Saxpy(ArrayView<float> x, ArrayView<float> y, float a)
    {
        int index = Grid.GlobalIndex.X;
        if (index < y.Length)
            y[index] = a * x[index] + y[index];
    }

    /// <summary>The sum of each group's elements: half as many threads add in each round.</summary>
    [LaunchSizes("groups=64 threads=64 input=4096 sums=64:unset")]
    public static void SumOfGroup(ArrayView<float> input, ArrayView<float> sums)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(64);
        partial[Group.IdxX] = input[Grid.GlobalIndex.X];
        for (int width = 32; width > 0; width /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < width)
                partial[Group.IdxX] += partial[Group.IdxX + width];
        }
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = partial[0];
    }
}
