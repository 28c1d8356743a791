using VaeGpu.Training.Diagnostics.Measuring;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>The rulers of a GPU, as kernels: chains of fused multiply-adds, and a copy that no cache holds.</summary>
internal sealed class PeakKernels(Accelerator accelerator)
{
    /// <summary>Bytes that the copy reads and writes: more than the second cache of any GPU so far holds.</summary>
    public const long CopiedBytes = 1L << 28;

    private const int Chains = 8, Rounds = 1024, GroupSize = 256, GroupsPerProcessor = 32;
    private const double Seconds = 0.1;

    /// <summary>A kernel that does nothing.</summary>
    public static void Nothing(ArrayView<float> view)
    {
    }

    /// <summary>Eight chains for each thread, (threads) results.</summary>
    public static void MultiplyAdd(ArrayView<float> results, float factor, float summand)
    {
        int thread = Grid.GlobalIndex.X;
        float a = thread, b = a + 1, c = a + 2, d = a + 3, e = a + 4, f = a + 5, g = a + 6, h = a + 7;
        for (int round = 0; round < Rounds; round++)
        {
            a = MathF.FusedMultiplyAdd(a, factor, summand);
            b = MathF.FusedMultiplyAdd(b, factor, summand);
            c = MathF.FusedMultiplyAdd(c, factor, summand);
            d = MathF.FusedMultiplyAdd(d, factor, summand);
            e = MathF.FusedMultiplyAdd(e, factor, summand);
            f = MathF.FusedMultiplyAdd(f, factor, summand);
            g = MathF.FusedMultiplyAdd(g, factor, summand);
            h = MathF.FusedMultiplyAdd(h, factor, summand);
        }
        results[thread] = a + b + c + d + e + f + g + h;
    }

    /// <summary>target = source, four numbers for each thread, threads next to each other.</summary>
    public static void Copy(ArrayView<float> source, ArrayView<float> target)
    {
        int first = Grid.IdxX * 4 * GroupSize + Group.IdxX;
        for (int i = 0; i < 4; i++)
            target[first + i * GroupSize] = source[first + i * GroupSize];
    }

    /// <summary>fp32 operations for each second.</summary>
    public double FlopsPerSecond()
    {
        int groups = accelerator.NumMultiprocessors * GroupsPerProcessor;
        using var results = accelerator.Allocate1D<float>((long)groups * GroupSize);
        var kernel = accelerator.LoadStreamKernel<ArrayView<float>, float, float>(MultiplyAdd);
        double flops = 2.0 * Chains * Rounds * groups * GroupSize;
        return flops / Best(() => kernel((groups, GroupSize), results.View, 0.999f, 0.001f));
    }

    /// <summary>Bytes that are read or written for each second.</summary>
    public double BytesPerSecond()
    {
        using var source = accelerator.Allocate1D<float>(CopiedBytes / 2 / sizeof(float));
        using var target = accelerator.Allocate1D<float>(source.Length);
        source.MemSetToZero();
        var kernel = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(Copy);
        int groups = (int)(source.Length / (4 * GroupSize));
        return CopiedBytes / Best(() => kernel((groups, GroupSize), source.View, target.View));
    }

    private double Best(Action launch) => DeviceLimits.Best(Samplers.Of(accelerator, launch), Seconds);
}
