using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Simd;
using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Tests.Compiler;

public class GatherTests
{
    /// <summary>Indices are added before they are scaled: the instruction scales one index.</summary>
    [TestCase(8)]
    [TestCase(16)]
    public void A_gather_at_a_sum_of_indices_is_one_instruction(int lanes)
    {
        var group = new Index3D(lanes, 1, 1);
        var kernel = new KernelSource(((Delegate)Fold.Run<Plain>).Method);
        var listing = new SimdListing();
        SimdEmitter.Emit(kernel.Optimize(group, lanes), group, lanes, listing);
        Assert.That(listing.ToString(), Does.Contain("VectorHelpers.Gather4").And.Not.Contain("Lanes.Gather"));
    }

    /// <summary>A gather takes its address apart: what that was computed of is kept until then, though it is used nowhere else.</summary>
    [TestCase(128, SimdEmitter.MostValues)]
    [TestCase(128, 0)]
    [TestCase(512, SimdEmitter.MostValues)]
    [TestCase(512, 0)]
    public unsafe void The_parts_of_an_address_live_until_the_gather(int vectorBits, int mostValues)
    {
        using Context context = Context.Create(builder => builder.Simd(1, vectorBits));
        using var cpu = (SimdAccelerator)context.Devices[0].CreateAccelerator(context);
        const int step = 5, count = 4;
        var group = new Index3D(cpu.WarpSize, 1, 1);
        using MemoryBuffer1D<float, Stride1D.Dense> values = cpu.Allocate1D([.. Enumerable.Range(0, 100).Select(i => (float)(i * i))]);
        using MemoryBuffer1D<int, Stride1D.Dense> starts = cpu.Allocate1D([3, 1, 7, 2]);
        using MemoryBuffer1D<float, Stride1D.Dense> sums = cpu.Allocate1D<float>(cpu.WarpSize);
        Action<ArrayView<float>, ArrayView<int>, ArrayView<float>, int, int> kernel = AddStrided;
        byte* block = stackalloc byte[256];
        var packer = new ArgumentPacker(block);
        packer.Add(values.View.AsContiguous());
        packer.Add(starts.View.AsContiguous());
        packer.Add(sums.View.AsContiguous());
        packer.Add(step);
        packer.Add(count);
        cpu.Compile(new KernelSource(kernel.Method).Optimize(group, cpu.WarpSize), group, mostValues)
            .Launch((EngineStream)cpu.DefaultStream, new Index3D(1, 1, 1), block, 0);
        cpu.Synchronize();
        float Square(int i) => (float)(i * i);
        int[] first = [3, 1, 7, 2];
        float[] expected =
        [
            .. Enumerable.Range(0, cpu.WarpSize).Select(lane => Enumerable.Range(0, count)
                .Sum(k => Square(k * step + 3 * lane) + Square(k * step + 3 * lane) + Square(first[k] + 3 * lane))),
        ];
        Assert.That(sums.GetAsArray1D(), Is.EqualTo(expected));
    }

    /// <summary>The carried index moves on between the address and its use.</summary>
    internal static void AddStrided(ArrayView<float> values, ArrayView<int> starts, ArrayView<float> sums, int step, int count)
    {
        float sum = 0f;
        int at = 0, lanes = 3 * Group.IdxX;
        for (int k = 0; k < count; k++)
        {
            ref float shifted = ref values[at + 3 * Group.IdxX];
            ref float carried = ref values[lanes];
            at += step;
            lanes += step;
            sum += shifted + carried + values[starts[k] + 3 * Group.IdxX];
        }
        sums[Group.IdxX] = sum;
    }
}
