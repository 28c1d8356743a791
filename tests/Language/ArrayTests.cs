using System.Runtime.CompilerServices;

namespace VaeGpu.Tests.Language;

/// <summary>Managed arrays, local arrays indexed at run time, and arrays inside structs.</summary>
public sealed class ArrayTests : LanguageTests
{
    private static readonly int[] primes = [2, 3, 5, 7, 11, 13, 17, 19];

    [InlineArray(4)]
    public struct Four
    {
        public int First;
    }

    public unsafe struct Fixed
    {
        public fixed int Numbers[4];
        public short Last;
    }

    [EveryCompiler]
    public void An_array_of_a_constant_length_is_each_threads_own(TestDevice device) => Same<int>(device, Allocated);

    public static void Allocated(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        var a = new int[5];
        for (int k = 0; k < a.Length; k++)
            a[k] += x[(i + k) % x.IntLength];
        a[x[i] & 3] = 100;
        y[i] = a[(i * 3) & 3] * 1000 + a[4];
    }

    [EveryCompiler]
    public void An_array_begins_with_zeros_in_every_round(TestDevice device) => Same<int>(device, Rounds);

    public static void Rounds(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X, sum = 0;
        for (int round = 0; round < x[i] + 6; round++)
        {
            var a = new int[4];
            a[round & 3]++;
            sum = sum * 3 + a[0] + 2 * a[(i + round) & 3];
        }
        y[i] = sum;
    }

    [EveryCompiler]
    public void An_array_is_written_out_and_has_two_dimensions(TestDevice device) => Same<int>(device, TwoDimensions);

    public static void TwoDimensions(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        int[] weights = [1, -2, 3, -4, 5, -6];
        var plane = new int[2, 3];
        for (int row = 0; row < plane.GetLength(0); row++)
        {
            for (int column = 0; column < plane.GetLength(1); column++)
                plane[row, column] = weights[row * 3 + column] * x[i];
        }
        y[i] = plane[i & 1, i % 3] + plane.Length;
    }

    [EveryCompiler]
    public void A_readonly_array_outside_is_a_constant(TestDevice device) => Same<int>(device, Constants);

    public static void Constants(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = primes[i & 7] * 100 + primes[2] + primes.Length;
    }

    [EveryCompiler]
    public void A_local_array_is_indexed_at_run_time(TestDevice device) => Same<int>(device, Dynamic);

    public static void Dynamic(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        ArrayView<int> counts = LocalMemory.Allocate<int>(8), other = LocalMemory.Allocate<int>(2);
        for (int k = 0; k < 8; k++)
            counts[k] = k;
        other[0] = x[i];
        other[1] = -x[i];
        for (int k = 0; k < x.IntLength; k += 5)
            counts[x[k] & 7] += other[0];
        // A view that stands for one array or the other.
        ArrayView<int> chosen = i % 2 == 0 ? counts : other;
        y[i] = counts[i & 7] * 7 + chosen[1];
    }

    [EveryCompiler]
    public void An_array_inside_a_struct_is_indexed(TestDevice device) => Same<int>(device, Inside);

    public static unsafe void Inside(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        Fixed buffer = default;
        for (int k = 0; k < 4; k++)
            buffer.Numbers[k] = x[i] + k;
        buffer.Numbers[x[i] & 3] *= 10;
        buffer.Last = (short)i;
        Four four = default;
        for (int k = 0; k < 4; k++)
            Unsafe.Add(ref Unsafe.As<Four, int>(ref four), k) = buffer.Numbers[3 - k];
        y[i] = buffer.Numbers[i & 3] + four[1] * 100 + buffer.Last;
    }

    [EveryCompiler]
    public void Arrays_inside_structs_lie_in_memory(TestDevice device) =>
        Assert.That(Run<int, int>(device, InMemory, Small, 63 * 5, Groups),
            Is.EqualTo(Small.SelectMany((v, i) => new[] { v, v + 1, v + 2, v + 3, i })));

    public static unsafe void InMemory(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        ArrayView<Fixed> all = y.Cast<Fixed>();
        Fixed value = default;
        for (int k = 0; k < 4; k++)
            value.Numbers[k] = x[i] + k;
        value.Last = (short)i;
        all[i] = value;
    }

    [EveryCompiler]
    public void Tuples_lie_in_memory_as_the_runtime_lays_them_out(TestDevice device) =>
        Assert.That(Run<int, (byte A, long B, short C)>(device, Tuples, Small, 63, Groups),
            Is.EqualTo(Small.Select((v, i) => ((byte)i, v * 5_000_000_000L, (short)v))));

    public static void Tuples(ArrayView<int> x, ArrayView<(byte A, long B, short C)> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = ((byte)i, x[i] * 5_000_000_000L, (short)x[i]);
    }

    [EveryCompiler]
    public void Floats_have_the_remainder_of_CSharp(TestDevice device) => Same<float, float>(device, Remainder, Floats);

    public static void Remainder(ArrayView<float> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i] = x[i] % 0.7f + MathF.IEEERemainder(x[i], 1.25f);
    }
}
