using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU.Runtime.CPU;

namespace VaeGpu.Tests.Language;

/// <summary>Views of two and three dimensions, views of parts and of variables, and what sees memory as something else.</summary>
public sealed class ViewTests2D : LanguageTests
{
    [EveryCompiler]
    public void Views_of_two_and_three_dimensions_have_strides_and_extents(TestDevice device) => device.Run(accelerator =>
    {
        using var plane = accelerator.Allocate2DDenseY<int>(new Index2D(4, 6));
        using var space = accelerator.Allocate3DDenseXY<int>(new Index3D(2, 3, 4));
        using var line = accelerator.Allocate1D<int>(24);
        accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView2D<int, Stride2D.DenseY>, ArrayView3D<int, Stride3D.DenseXY>,
            ArrayView<int>>(Fill)(
            new Index3D(2, 3, 4), plane.View, space.View, line.View);
        accelerator.Synchronize();
        var at = new int[24];
        plane.View.BaseView.CopyToCPU(at);
        Assert.That(at, Is.EqualTo(Enumerable.Range(0, 24).Select(i => i / 6 * 10 + i % 6)));
        space.View.BaseView.CopyToCPU(at);
        Assert.That(at, Is.EqualTo(Enumerable.Range(0, 24).Select(i => i % 2 + i / 2 % 3 * 10 + i / 6 * 100 + 1000 * 2 * 3 * 4)));
        Assert.That(line.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 24)));
        return true;
    });

    public static void Fill(
        Index3D i, ArrayView2D<int, Stride2D.DenseY> plane, ArrayView3D<int, Stride3D.DenseXY> space, ArrayView<int> line)
    {
        int number = i.X + 2 * (i.Y + 3 * i.Z);
        plane[number / 6, number % 6] = number / 6 * 10 + number % 6;
        space[i] = i.X + i.Y * 10 + i.Z * 100 + 1000 * space.IntExtent.Size;
        line[Stride3D.DenseXY.ComputeElementIndex(i, new Index3D(2, 3, 4))] = number;
    }

    public struct Mixed
    {
        public int Number;
        public float Fraction;
    }

    [EveryCompiler]
    public void A_variable_view_sees_one_element_and_a_field_of_it(TestDevice device) => Same<int>(device, Variables);

    public static void Variables(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        VariableView<int> one = y.VariableView(i);
        one.Value = x[i] * 2;
        ArrayView<Mixed> pairs = x.Cast<Mixed>();
        VariableView<float> fraction =
            pairs.VariableView(i % (int)pairs.Length).SubView<float>(Interop.OffsetOf<Mixed>(nameof(Mixed.Fraction)));
        one.Value += (int)Interop.FloatAsInt(fraction.Value) * 5 + Interop.SizeOf<Mixed>();
    }

    [EveryCompiler]
    public void Bits_are_counted_and_numbers_seen_as_others_of_their_size(TestDevice device) => Same<int, int>(device, Bits, Extreme);

    public static void Bits(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, v = x[i];
        ulong wide = (ulong)v * 0x100000001UL;
        int counts = BitOperations.PopCount((uint)v) + 64 * BitOperations.LeadingZeroCount((uint)v)
            + 4096 * BitOperations.TrailingZeroCount(v);
        counts += BitOperations.PopCount(wide) ^ BitOperations.LeadingZeroCount(wide >> (i & 31)) ^ BitOperations.TrailingZeroCount(
            wide << (i & 31));
        uint seen = Unsafe.As<int, uint>(ref v) >> 3;
        y[i] = counts ^ (int)seen ^ Unsafe.BitCast<float, int>(v) ^ (int)BitOperations.RotateLeft((uint)v, 5);
    }

    [EveryCompiler]
    public void Dynamic_shared_memory_has_the_launchs_length(TestDevice device) => device.Run(accelerator =>
    {
        if (accelerator is HostAccelerator or CPUAccelerator)
            Assert.Ignore("ILGPU's own runtime counts the first type's elements, or none.");
        using var target = accelerator.Allocate1D<int>(2);
        accelerator.LoadStreamKernel<ArrayView<int>>(Lengths)(
            new KernelConfig(1, 16, SharedMemoryConfig.RequestDynamic<int>(24)), target.View);
        accelerator.Synchronize();
        Assert.That(target.GetAsArray1D(), Is.EqualTo(new[] { 24, 12 }));
        return true;
    });

    public static void Lengths(ArrayView<int> y)
    {
        if (Group.IsFirstThread)
        {
            y[0] = SharedMemory.GetDynamic<int>().IntLength;
            y[1] = (int)SharedMemory.GetDynamic<long>().Length;
        }
    }

    [EveryCompiler]
    public void A_specialized_value_is_a_constant(TestDevice device) => device.Run(accelerator =>
    {
        if (accelerator is HostAccelerator)
            Assert.Ignore("Plain C# has no shared memory.");
        using var target = accelerator.Allocate1D<int>(2);
        var kernel = accelerator.LoadStreamKernel<ArrayView<int>, SpecializedValue<int>>(Specialized);
        foreach (int length in (int[])[8, 12])
        {
            kernel(new KernelConfig(1, 16), target.View, SpecializedValue.New(length));
            accelerator.Synchronize();
            Assert.That(target.GetAsArray1D(), Is.EqualTo(new[] { length, length }));
        }
        return true;
    });

    public static void Specialized(ArrayView<int> y, SpecializedValue<int> length)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(length);
        if (Group.IsFirstThread)
        {
            y[0] = shared.IntLength;
            y[1] = length;
        }
    }
}
