using VaeGpu.Tests.Interpreter;

namespace VaeGpu.Tests.OpenCL;

/// <summary>Kernels written in C#, all the way to the device, against the same method run on the host.</summary>
public sealed class CSharpKernelTests : OpenCLFixture
{
    private const int Tile = 16;

    public readonly record struct Settings(float Scale, int Shift, bool Negate, byte Small);

    public readonly record struct Float4(float X, float Y, float Z, float W);

    [Test]
    public void Scalars_and_structs_arrive_as_they_were_passed()
    {
        var launch = Accelerator.LoadStreamKernel<ArrayView<float>, sbyte, short, bool, long, double, Settings>(Mix);
        using var target = Accelerator.Allocate1D<float>(64);
        var settings = new Settings(0.75f, -3, true, 200);
        launch((1, 64), target.View, -5, -300, true, 1L << 40, 0.1, settings);
        Assert.That(target.GetAsArray1D(),
            Is.EqualTo(OnHost<float>(64, (1, 64), view => Mix(view, -5, -300, true, 1L << 40, 0.1, settings))));
    }

    [Test]
    public void Branches_and_loops_do_what_they_do_on_the_host()
    {
        float[] values = [.. Enumerable.Range(0, 64 * 20).Select(i => i * 37 % 101 * 0.13f - 4)];
        byte[] flags = [.. Enumerable.Range(0, 20).Select(i => (byte)(i % 3))];
        var launch = Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<byte>, int>(Scan);
        using var source = Accelerator.Allocate1D(values);
        using var mask = Accelerator.Allocate1D(flags);
        using var target = Accelerator.Allocate1D<float>(64);
        launch((2, 32), target.View, source.View, mask.View, 20);
        float[] expected = OnHost<float>(64, (2, 32), view => Scan(view, HostView(values), HostView(flags), 20));
        Assert.That(target.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void Random_numbers_have_the_same_bits()
    {
        var launch = Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<uint>, ulong>(Hash);
        using var target = Accelerator.Allocate1D<uint>(1000);
        launch(1000, target.View, 0x123456789abcdefUL);
        uint[] expected = OnHost<uint>(1000, (1000, 1), view => Hash(Grid.IdxX, view, 0x123456789abcdefUL));
        Assert.That(target.GetAsArray1D(), Is.EqualTo(expected));
    }

    [Test]
    public void A_tiled_matrix_product_adds_in_order()
    {
        const int N = 64;
        float[] a = [.. Enumerable.Range(0, N * N).Select(i => i % 13 * 0.1f)],
            b = [.. Enumerable.Range(0, N * N).Select(i => i % 7 * 0.3f - 1)];
        float[] expected = new float[N * N];
        for (int i = 0; i < N * N; i++)
        {
            for (int k = 0; k < N; k++)
                expected[i] = MathF.FusedMultiplyAdd(a[i / N * N + k], b[k * N + i % N], expected[i]);
        }
        var launch = Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, int>(Product);
        using var left = Accelerator.Allocate1D(a);
        using var right = Accelerator.Allocate1D(b);
        using var product = Accelerator.Allocate1D<float>(N * N);
        launch(new KernelConfig((N / Tile, N / Tile), (Tile, Tile)), left.View, right.View, product.View, N);
        Assert.That(product.GetAsArray1D(), Is.EqualTo(expected));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_group_sums_with_barriers_in_a_loop(bool dynamic)
    {
        float[] values = [.. Enumerable.Range(0, 256).Select(i => i * 0.5f)];
        var launch = Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<int>>(dynamic ? SumDynamic : SumStatic);
        using var source = Accelerator.Allocate1D(values);
        using var sums = Accelerator.Allocate1D<float>(4);
        using var count = Accelerator.Allocate1D(new int[1]);
        launch(new KernelConfig(4, 64, SharedMemoryConfig.RequestDynamic<float>(64)), source.View, sums.View, count.View);
        Assert.That(sums.GetAsArray1D(), Is.EqualTo(values.Chunk(64).Select(c => c.Sum())));
        Assert.That(count.GetAsArray1D()[0], Is.EqualTo(3), "groups with an element above 40");
    }

    [Test]
    public void Structs_of_four_floats_are_read_and_written_whole()
    {
        Float4[] values = [.. Enumerable.Range(0, 64).Select(i => new Float4(i, i * 0.5f, -i, 1f / (i + 1)))];
        var launch = Accelerator.LoadStreamKernel<ArrayView<Float4>>(Turn);
        using var buffer = Accelerator.Allocate1D(values);
        launch((1, 64), buffer.View);
        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(values.Select(v => new Float4(v.Y, v.Z, v.W, v.X + v.Y))));
    }

    [Test]
    public void Parts_of_a_buffer_are_passed_with_their_offset()
    {
        var launch = Accelerator.LoadStreamKernel<ArrayView<Float4>>(Turn);
        using var buffer = Accelerator.Allocate1D([.. Enumerable.Range(0, 80).Select(i => new Float4(i, 0, 0, 0))]);
        launch((1, 64), buffer.View.SubView(10, 3));
        Float4[] result = buffer.GetAsArray1D();
        Assert.That(result.Select(v => v.X == 0), Is.EqualTo(Enumerable.Range(0, 80).Select(i => i is 0 or 10 or 11 or 12)));
    }

    [Test]
    public void An_empty_view_can_be_passed()
    {
        var launch = Accelerator.LoadStreamKernel<ArrayView<Float4>>(Turn);
        using var empty = Accelerator.Allocate1D<Float4>(0);
        Assert.DoesNotThrow(() =>
        {
            launch((1, 64), default);
            launch((1, 64), empty.View);
            Accelerator.Synchronize();
        });
    }

    [Test]
    public void A_launch_allocates_nothing_on_the_managed_heap()
    {
        var launch = Accelerator.LoadStreamKernel<ArrayView<Float4>>(Turn);
        using var buffer = Accelerator.Allocate1D<Float4>(64);
        for (int i = 0; i < 10; i++)
            launch((1, 64), buffer.View);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            launch((1, 64), buffer.View);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void Mix(ArrayView<float> target, sbyte a, short b, bool c, long d, double e, Settings settings)
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        double sum = a * 3 + b + (c ? 0.5 : 0.25) + (d >> 36) + e * i;
        target[i] = (settings.Negate ? -1 : 1) * settings.Scale * (float)sum + settings.Shift + settings.Small;
    }

    private static void Scan(ArrayView<float> target, ArrayView<float> values, ArrayView<byte> flags, int n)
    {
        int row = Grid.IdxX * Group.DimX + Group.IdxX, best = -1, steps = 0;
        float top = float.NegativeInfinity, sum = 0;
        for (int i = 0; i < n; i++)
        {
            float value = flags[i] switch { 0 => values[row * n + i], 1 => MathF.Abs(values[row * n + i]), _ => -0.5f };
            if (value > top)
                (sum, top, best) = (sum * 0.5f + 1, value, i);
            else
                sum += value;
            if (sum > 50)
                break;
        }
        while (sum > 1e-3f && steps < 20)
        {
            sum /= 3;
            steps++;
        }
        target[row] = sum + steps * best + MathF.Max(top, 0);
    }

    private static void Hash(Index1D i, ArrayView<uint> target, ulong key)
    {
        if (i >= target.IntLength)
            return;
        uint x = (uint)i.X ^ (uint)key, y = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong product = (ulong)x * 0xD2511F53u;
            x = (uint)(product >> 32) ^ y;
            y = (uint)product;
        }
        target[i] = x + y % 1000003u;
    }

    private static void Product(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int n)
    {
        ArrayView<float> left = SharedMemory.Allocate<float>(Tile * Tile), right = SharedMemory.Allocate<float>(Tile * Tile);
        int x = Group.IdxX, y = Group.IdxY, row = Grid.IdxY * Tile + y, column = Grid.IdxX * Tile + x;
        float sum = 0;
        for (int start = 0; start < n; start += Tile)
        {
            left[y * Tile + x] = a[row * n + start + x];
            right[y * Tile + x] = b[(start + y) * n + column];
            Group.Barrier();
            for (int k = 0; k < Tile; k++)
                sum = MathF.FusedMultiplyAdd(left[y * Tile + k], right[k * Tile + x], sum);
            Group.Barrier();
        }
        c[row * n + column] = sum;
    }

    private static void SumStatic(ArrayView<float> values, ArrayView<float> sums, ArrayView<int> count) =>
        Sum(SharedMemory.Allocate<float>(64), values, sums, count);

    private static void SumDynamic(ArrayView<float> values, ArrayView<float> sums, ArrayView<int> count) =>
        Sum(SharedMemory.GetDynamic<float>(), values, sums, count);

    private static void Sum(ArrayView<float> scratch, ArrayView<float> values, ArrayView<float> sums, ArrayView<int> count)
    {
        int i = Group.IdxX;
        float own = values[Grid.GlobalIndex.X];
        scratch[i] = own;
        for (int width = 32; width > 0; width >>= 1)
        {
            Group.Barrier();
            if (i < width)
                scratch[i] += scratch[i + width];
        }
        bool any = Group.BarrierOr(own > 40);
        if (i == 0)
        {
            sums[Grid.IdxX] = scratch[0];
            if (any)
                Atomic.Add(ref count[0], 1);
        }
    }

    private static void Turn(ArrayView<Float4> view)
    {
        int i = Group.IdxX;
        if (i < view.IntLength)
        {
            Float4 v = view[i];
            view[i] = new Float4(v.Y, v.Z, v.W, v.X + v.Y);
        }
    }

    private static readonly HostAccelerator host = new();

    private static T[] OnHost<T>(int length, KernelConfig config, Action<ArrayView<T>> thread) where T : unmanaged
    {
        ArrayView<T> view = HostView(new T[length]);
        HostThread.ForEach(config.GridDim, config.GroupDim, _ => thread(view));
        return [.. Enumerable.Range(0, length).Select(i => view[i])];
    }

    private static ArrayView<T> HostView<T>(T[] values) where T : unmanaged => host.Allocate1D(values).View;
}
