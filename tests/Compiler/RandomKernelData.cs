using System.Runtime.InteropServices;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>Input for generated kernels, and the launch with it.</summary>
internal sealed class RandomKernelData(RandomKernel kernel)
{
    private readonly int threads = kernel.GroupDim.Size * kernel.GridDim.Size;

    /// <summary>Runs a form of the kernel on a target and gives what it wrote.</summary>
    public unsafe KernelOutput[] Run(KernelTarget target, Function function)
    {
        Accelerator accelerator = target.Accelerator;
        var random = new Random(kernel.Seed);
        var buffers = new List<MemoryBuffer>();
        byte* block = stackalloc byte[24 * 10 + 8 * 6];
        var arguments = new RandomKernelArguments(block);
        const int length = RandomKernelMemory.InputLength;
        arguments.Add(Fill(length, RandomNumbers.Int));
        arguments.Add(Fill(length, RandomNumbers.Float));
        arguments.Add(Fill(length, RandomNumbers.Long));
        arguments.Add(Fill(length, RandomNumbers.Double));
        arguments.Add(Fill(2 * length, r => (byte)r.Next()));
        int outputs = threads * RandomKernelMemory.Slots;
        var ints = Fill(outputs, RandomNumbers.Int);
        var floats = Fill(outputs, RandomNumbers.Float);
        var longs = Fill(outputs, RandomNumbers.Long);
        var reals = Fill(outputs, RandomNumbers.Double);
        var counters = Fill(RandomKernelMemory.Counters, RandomNumbers.Int);
        arguments.Add(ints);
        arguments.Add(floats);
        arguments.Add(longs);
        arguments.Add(reals);
        arguments.Add(counters);
        AddScalars(ref arguments, random);
        target.Launch(function, kernel, arguments);
        KernelOutput[] results = [
            Output("outI32", MemoryType.I32, ints), Output("outF32", MemoryType.F32, floats), Output("outI64", MemoryType.I64, longs),
            Output("outF64", MemoryType.F64, reals), Output("counters", MemoryType.I32, counters)];
        buffers.ForEach(buffer => buffer.Dispose());
        return results;

        ArrayView<T> Fill<T>(int count, Func<Random, T> number) where T : unmanaged
        {
            var buffer = accelerator.Allocate1D<T>([.. Enumerable.Range(0, count).Select(_ => number(random))]);
            buffers.Add(buffer);
            return buffer.View;
        }
    }

    private static void AddScalars(ref RandomKernelArguments arguments, Random random)
    {
        arguments.Add(RandomNumbers.Int(random));
        arguments.Add(RandomNumbers.Float(random));
        arguments.Add(RandomNumbers.Long(random));
        arguments.Add(RandomNumbers.Double(random));
        arguments.Add((byte)random.Next());
        arguments.Add((short)random.Next());
    }

    private static KernelOutput Output<T>(string name, MemoryType type, ArrayView<T> view) where T : unmanaged
    {
        var data = new T[view.Length];
        view.CopyToCPU(data);
        return new(name, type, MemoryMarshal.AsBytes<T>(data).ToArray());
    }
}
