using VaeGpu.Gpu.Targets.Simd;

namespace VaeGpu.Tests.Language;

/// <summary>What a kernel tells the compiler or the processor changes no result.</summary>
public sealed class HintTests : LanguageTests
{
    [EveryCompiler]
    public void Sums_of_independent_iterations_are_what_they_are_one_after_the_other(TestDevice device) =>
        Same<int, float>(device, SumsSideBySide, Small);

    public static void SumsSideBySide(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X, inner = Math.Abs(x[1]), outer = x.IntLength;
        ArrayView<float> sums = LocalMemory.Allocate<float>(3);
        for (int k = 0; k < 3; k++)
        {
            Iterations.AreIndependent();
            float sum = k, product = 1f;
            for (int n = 0; n < outer; n++)
            {
                sum += MathF.Sqrt(MathF.Abs(x[n] * product));
                for (int m = 0; m < inner; m++)
                    product = product * 0.75f + k;
            }
            for (int n = outer; n > inner; n--)
                sum -= product * n;
            for (int n = 0; n < inner + k; n++)
                sum *= 0.5f;
            sums[k] = sum + product;
        }
        y[i] = sums[0] + sums[1] * i + sums[2];
    }

    [EveryCompiler]
    public void A_prefetch_reads_and_writes_nothing(TestDevice device) => Same<int, int>(device, Prefetches, Small);

    public static void Prefetches(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        Prefetch.Line(x, 0);
        Prefetch.Line(x, i + 1_000_000);
        Prefetch.Line(y, x[i] * x[i]);
        if (x[i] > 3)
            Prefetch.Line(y, i - 5_000);
        y[i] = x[i] + 1;
    }

    [Test]
    public void A_prefetch_is_an_instruction_where_neighboring_threads_have_neighboring_elements([Values(4, 8, 16)] int lanes)
    {
        Assert.That(Emitted(Near), Does.Contain("Sse.Prefetch"));
        Assert.That(Emitted(Scattered), Does.Not.Contain("Sse.Prefetch"));

        string Emitted(Delegate kernel)
        {
            var group = new Index3D(lanes, 1, 1);
            var listing = new SimdListing();
            SimdEmitter.Emit(new KernelSource(kernel.Method).Optimize(group, lanes), group, lanes, listing);
            return listing.ToString();
        }
    }

    [Test]
    public void A_prefetch_is_removed_where_warps_are_wider_than_vectors() => Assert.That(
        new KernelSource(((Delegate)Near).Method).Optimize(new Index3D(64, 1, 1), 32).Body.All(), Is.Empty);

    [Test]
    public void A_branch_of_the_first_of_a_vectors_threads_asks_for_no_mask()
    {
        Assert.That(Emitted(8), Does.Not.Contain("ExtractMostSignificantBits"));
        Assert.That(Emitted(16), Does.Contain("ExtractMostSignificantBits"));

        static string Emitted(int threads)
        {
            var group = new Index3D(threads, 1, 1);
            var listing = new SimdListing();
            SimdEmitter.Emit(new KernelSource(((Delegate)First).Method).Optimize(group, 8), group, 8, listing);
            return listing.ToString();
        }
    }

    public static void First(ArrayView<int> x)
    {
        if (Group.IdxX == 0)
            x[Grid.IdxX] = 7;
    }

    public static void Near(ArrayView<int> x) => Prefetch.Line(x, Group.IdxX + 100);

    public static void Scattered(ArrayView<int> x) => Prefetch.Line(x, Group.IdxX * Group.IdxX);
}
