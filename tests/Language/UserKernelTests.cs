using ILGPU.Algorithms;

namespace VaeGpu.Tests.Language;

/// <summary>Kernels as users of ILGPU write them, unchanged.</summary>
public sealed class UserKernelTests : LanguageTests
{
    private const int Tile = 8;

    private static int[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => i * 7919 % 101 - 50)];

    [EveryCompiler]
    public void A_matrix_is_transposed_through_shared_memory(TestDevice device) => device.Run(accelerator =>
    {
        const int Width = 19, Height = 13;
        int[] numbers = Numbers(Width * Height);
        using var source = accelerator.Allocate1D(numbers);
        using var target = accelerator.Allocate1D<int>(numbers.Length);
        var view = source.View.As2DView<Stride2D.DenseX>(new Index2D(Width, Height), new Stride2D.DenseX(Width));
        var result = target.View.As2DView<Stride2D.DenseX>(new Index2D(Height, Width), new Stride2D.DenseX(Height));
        accelerator.LoadStreamKernel<ArrayView2D<int, Stride2D.DenseX>, ArrayView2D<int, Stride2D.DenseX>>(Transpose)(
            new KernelConfig(new Index2D(3, 2), new Index2D(Tile, Tile)), view, result);
        accelerator.Synchronize();
        Assert.That(target.GetAsArray1D(), Is.EqualTo(
            Enumerable.Range(0, Width).SelectMany(x => Enumerable.Range(0, Height).Select(y => numbers[y * Width + x]))));
        return true;
    });

    public static void Transpose(ArrayView2D<int, Stride2D.DenseX> x, ArrayView2D<int, Stride2D.DenseX> y)
    {
        var tile = SharedMemory.Allocate2D<int, Stride2D.DenseX>(new Index2D(Tile, Tile), new Stride2D.DenseX(Tile + 1));
        int column = Grid.IdxX * Tile + Group.IdxX, row = Grid.IdxY * Tile + Group.IdxY;
        if (column < x.IntExtent.X && row < x.IntExtent.Y)
            tile[Group.IdxX, Group.IdxY] = x[column, row];
        Group.Barrier();
        column = Grid.IdxY * Tile + Group.IdxX;
        row = Grid.IdxX * Tile + Group.IdxY;
        if (column < y.IntExtent.X && row < y.IntExtent.Y)
            y[column, row] = tile[Group.IdxY, Group.IdxX];
    }

    [EveryCompiler]
    public void A_histogram_is_counted_with_atomics(TestDevice device) => device.Run(accelerator =>
    {
        int[] numbers = Numbers(1000);
        using var source = accelerator.Allocate1D(numbers);
        using var bins = accelerator.Allocate1D(new int[16]);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>>(Histogram)(1000, source.View, bins.View);
        accelerator.Synchronize();
        Assert.That(bins.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 16).Select(bin => numbers.Count(n => (n & 15) == bin))));
        return true;
    });

    public static void Histogram(Index1D i, ArrayView<int> x, ArrayView<int> bins) => Atomic.Add(ref bins[x[i] & 15], 1);

    [EveryCompiler]
    public void A_grid_stride_loop_reduces_in_the_group_and_then_with_atomics(TestDevice device) => device.Run(accelerator =>
    {
        int[] numbers = Numbers(1000);
        using var source = accelerator.Allocate1D(numbers);
        using var sum = accelerator.Allocate1D(new int[1]);
        accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(Reduce)(new KernelConfig(3, 64), source.View, sum.View);
        accelerator.Synchronize();
        Assert.That(sum.GetAsArray1D(), Is.EqualTo(new[] { numbers.Sum() }));
        return true;
    });

    public static void Reduce(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> partial = SharedMemory.Allocate<int>(64);
        int sum = 0;
        for (int i = Grid.GlobalIndex.X; i < x.Length; i += GridExtensions.GridStrideLoopStride)
            sum += x[i];
        partial[Group.IdxX] = sum;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
                partial[Group.IdxX] += partial[Group.IdxX + half];
            Group.Barrier();
        }
        if (Group.IsFirstThread)
            Atomic.Add(ref y[0], partial[0]);
    }

    [EveryCompiler]
    public void A_group_takes_prefix_sums_over_tiles_that_every_thread_begins_at_its_own_index(TestDevice device) =>
        device.Run(accelerator =>
    {
        int[] numbers = Numbers(150);
        using var source = accelerator.Allocate1D(numbers);
        using var target = accelerator.Allocate1D<int>(150);
        accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>>(Scan)(new KernelConfig(1, 32), source.View, target.View);
        accelerator.Synchronize();
        int sum = 0;
        Assert.That(target.GetAsArray1D(), Is.EqualTo(numbers.Select(n => sum += n)));
        return true;
    });

    public static void Scan(ArrayView<int> x, ArrayView<int> y)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(32);
        int carry = 0, end = (x.IntLength + Group.DimX - 1) / Group.DimX * Group.DimX;
        for (int i = Group.IdxX; i < end; i += Group.DimX)
        {
            shared[Group.IdxX] = i < x.IntLength ? x[i] : 0;
            Group.Barrier();
            for (int distance = 1; distance < Group.DimX; distance *= 2)
            {
                int left = Group.IdxX >= distance ? shared[Group.IdxX - distance] : 0;
                Group.Barrier();
                shared[Group.IdxX] += left;
                Group.Barrier();
            }
            if (i < x.IntLength)
                y[i] = carry + shared[Group.IdxX];
            carry += shared[Group.DimX - 1];
            Group.Barrier();
        }
    }

    [EveryCompiler]
    public void A_stencil_runs_over_a_plane(TestDevice device) => device.Run(accelerator =>
    {
        const int Width = 11, Height = 7;
        int[] numbers = Numbers(Width * Height);
        using var source = accelerator.Allocate2DDenseX<int>(new Index2D(Width, Height));
        using var target = accelerator.Allocate2DDenseX<int>(new Index2D(Width, Height));
        source.View.BaseView.CopyFromCPU(numbers);
        accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView2D<int, Stride2D.DenseX>, ArrayView2D<int, Stride2D.DenseX>>(Stencil)(
            source.IntExtent, source.View, target.View);
        accelerator.Synchronize();
        var result = new int[Width * Height];
        target.View.BaseView.CopyToCPU(result);
        int At(int x, int y) => x < 0 || y < 0 || x >= Width || y >= Height ? 0 : numbers[y * Width + x];
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, Width * Height).Select(i => (x: i % Width, y: i / Width))
            .Select(p => 4 * At(p.x, p.y) - At(p.x - 1, p.y) - At(p.x + 1, p.y) - At(p.x, p.y - 1) - At(p.x, p.y + 1))));
        return true;
    });

    public static void Stencil(Index2D i, ArrayView2D<int, Stride2D.DenseX> x, ArrayView2D<int, Stride2D.DenseX> y)
    {
        int sum = 4 * x[i];
        if (i.X > 0)
            sum -= x[i - new Index2D(1, 0)];
        if (i.Y > 0)
            sum -= x[i - new Index2D(0, 1)];
        if (i.X + 1 < x.IntExtent.X)
            sum -= x[i + new Index2D(1, 0)];
        if (i.Y + 1 < x.IntExtent.Y)
            sum -= x[i + new Index2D(0, 1)];
        y[i] = sum;
    }

    public readonly struct Particles(ArrayView<float> position, ArrayView<float> speed)
    {
        public readonly ArrayView<float> Position = position, Speed = speed;
    }

    [EveryCompiler]
    public void A_struct_of_arrays_is_a_parameter(TestDevice device) => device.Run(accelerator =>
    {
        float[] positions = [.. Enumerable.Range(0, 40).Select(i => i * 0.5f)],
            speeds = [.. Enumerable.Range(0, 40).Select(i => 1 - i * 0.25f)];
        using var position = accelerator.Allocate1D(positions);
        using var speed = accelerator.Allocate1D(speeds);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, Particles, float>(Move)(40, new(position.View, speed.View), 0.5f);
        accelerator.Synchronize();
        Assert.That(position.GetAsArray1D(), Is.EqualTo(positions.Zip(speeds, (p, v) => p + v * 0.5f)));
        return true;
    });

    public static void Move(Index1D i, Particles particles, float time) => particles.Position[i] += particles.Speed[i] * time;

    [EveryCompiler]
    public void Functions_of_XMath_are_near_those_of_CSharp(TestDevice device) => device.Run(accelerator =>
    {
        float[] numbers = [.. Enumerable.Range(0, 60).Select(i => (i - 30) * 0.03f)];
        using var source = accelerator.Allocate1D(numbers);
        using var target = accelerator.Allocate1D<float>(60 * 14);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Functions)(60, source.View, target.View);
        accelerator.Synchronize();
        Assert.That(target.GetAsArray1D(), Is.EqualTo(numbers.SelectMany(v => new[]
        {
            MathF.Tan(v), MathF.Asin(v), MathF.Acos(v), MathF.Atan(v), MathF.Sinh(v), MathF.Cosh(v), MathF.Tanh(v), MathF.Atan2(v, -0.3f),
            MathF.Log2(v + 2), MathF.Log10(v + 2), MathF.Pow(2, v), 1 / (v + 2), 1 / MathF.Sqrt(v + 2), MathF.CopySign(3, v),
        })).Within(2e-6));
        return true;
    });

    public static void Functions(Index1D i, ArrayView<float> x, ArrayView<float> y)
    {
        float v = x[i];
        ArrayView<float> r = y.SubView(i * 14, 14);
        r[0] = XMath.Tan(v);
        r[1] = XMath.Asin(v);
        r[2] = XMath.Acos(v);
        r[3] = XMath.Atan(v);
        r[4] = XMath.Sinh(v);
        r[5] = XMath.Cosh(v);
        r[6] = XMath.Tanh(v);
        r[7] = XMath.Atan2(v, -0.3f);
        r[8] = XMath.Log2(v + 2);
        r[9] = XMath.Log10(v + 2);
        r[10] = XMath.Exp2(v);
        r[11] = XMath.Rcp(v + 2);
        r[12] = XMath.Rsqrt(v + 2);
        r[13] = IntrinsicMath.CopySign(3, v);
    }
}
