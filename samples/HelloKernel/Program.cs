using System.Diagnostics;
using VaeGpu.Gpu.Accelerators;

// ILGPU's own devices and this library's, side by side.
using Context context = Context.Create(builder => builder.AllAccelerators().Simd().Ptx().OpenCL12().Interpreter());
int[] numbers = [.. Enumerable.Range(0, 1000)];
foreach (Device device in context)
{
    using Accelerator accelerator = device.CreateAccelerator(context);
    using var input = accelerator.Allocate1D(numbers);
    using var sums = accelerator.Allocate1D<int>((numbers.Length + Hello.Size - 1) / Hello.Size);
    var sum = accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(Hello.SumOfGroup);
    for (int run = 0; run < 2; run++) // The first compiles the kernel.
    {
        long start = Stopwatch.GetTimestamp();
        sum(((int)sums.Length, Hello.Size), input.View, sums.View);
        accelerator.Synchronize();
        Console.WriteLine($"{device.GetType().Name,-18} {device.Name,-36} {sums.GetAsArray1D().Sum()} in {Stopwatch.GetElapsedTime(start).TotalMicroseconds,9:N1} µs");
    }
}

internal static class Hello
{
    public const int Size = 16;

    // Each group adds its numbers up in shared memory: half as many threads add in each round.
    public static void SumOfGroup(ArrayView<int> input, ArrayView<int> sums)
    {
        ArrayView<int> partial = SharedMemory.Allocate<int>(Size);
        partial[Group.IdxX] = Grid.GlobalIndex.X < input.Length ? input[Grid.GlobalIndex.X] : 0;
        for (int width = Size / 2; width > 0; width /= 2)
        {
            Group.Barrier();
            if (Group.IdxX < width)
                partial[Group.IdxX] += partial[Group.IdxX + width];
        }
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = partial[0];
    }
}
