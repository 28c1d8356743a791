using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VaeGpu.Gpu.Runtime.Cpu;
using VaeGpu.Gpu.Targets.Simd;

namespace VaeGpu.Tests.Runtime;

/// <summary>A kernel's vector variables on the stack lie in one cache line each, wherever the stack of its caller ends.</summary>
public sealed unsafe class AlignedCallTests
{
    private static nint vectorAt;

    [Test]
    public void Vectors_of_a_callee_are_aligned_to_a_cache_line_at_every_depth_of_the_stack()
    {
        if (!Avx512F.IsSupported)
            Assert.Ignore("This processor has no vectors of 512 bits.");
        for (int depth = 0; depth < 32; depth++)
        {
            Deeper(16 * depth + 1, depth);
            Assert.That((int)(vectorAt % 64), Is.Zero, $"depth {depth}");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Deeper(int bytes, int first)
    {
        byte* below = stackalloc byte[bytes];
        *below = 1;
        AlignedCall.Run(Kernel, null, first, first + 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Kernel(WorkerFrame* frame, int first, int last)
    {
        Vector512<int> vector = Vector512.Create(first);
        Note(&vector);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Note(Vector512<int>* vector) => vectorAt = (nint)vector;
}
