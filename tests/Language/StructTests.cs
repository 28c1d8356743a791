using System.Runtime.InteropServices;

namespace VaeGpu.Tests.Language;

public sealed class StructTests : LanguageTests
{
    public struct Counter
    {
        public int Count;
        public float Sum;
        public bool Any;

        public void Add(float v)
        {
            Count++;
            Sum += v;
            Any |= v > 2;
        }

        public readonly float Mean => Count == 0 ? 0 : Sum / Count;
    }

    public readonly record struct Complex(float Re, float Im)
    {
        public static readonly int Unit = 1;

        public static Complex operator +(Complex a, Complex b) => new(a.Re + b.Re, a.Im + b.Im);

        public static Complex operator *(Complex a, Complex b) => new(a.Re * b.Re - a.Im * b.Im, a.Re * b.Im + a.Im * b.Re);

        public static implicit operator Complex(float re) => new(re, 0);

        public float Norm => Re * Re + Im * Im;
    }

    public struct Nested
    {
        public Complex A;
        public Counter B;
        public int Tag;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Mixed
    {
        public byte Small;
        public short Middle;
        public long Large;
        public sbyte Signed;
        public bool Flag;
        public char Letter;
        public double Wide;
        public BranchTests.Color Color;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct Packed
    {
        public byte First;
        public int Second;
        public Inner Third;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 2)]
    public struct Inner
    {
        public byte A;
        public short B;
        public byte C;
    }

    [StructLayout(LayoutKind.Explicit, Size = 24)]
    public struct Placed
    {
        [FieldOffset(16)]
        public byte A;
        [FieldOffset(2)]
        public Inner B;
        [FieldOffset(8)]
        public double C;
    }

    [EveryCompiler]
    public void Structs_are_copied_by_value(TestDevice device) => Same<float>(device, ByValue);

    public static void ByValue(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        var a = new Counter { Count = 1, Sum = x[i] };
        Counter b = a;
        b.Add(3);
        Grow(a);
        Counter c = Grown(b);
        y[i] = a.Sum + 10 * b.Sum + 100 * c.Mean + (b.Any ? 0.5f : 0.25f);
    }

    private static void Grow(Counter counter) => counter.Add(1000);

    private static Counter Grown(Counter counter)
    {
        counter.Add(7);
        return counter;
    }

    [EveryCompiler]
    public void Structs_are_passed_by_ref_in_and_out(TestDevice device) => Same<float>(device, ByReference);

    public static void ByReference(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        Make(x[i], out Counter counter, out int twice);
        for (int k = 0; k < x[i]; k++)
        {
            if (k != 2)
                Accumulate(ref counter, k);
        }
        y[i] = Read(in counter) + twice + (counter.Any ? 0.5f : 0);
    }

    private static void Make(int n, out Counter counter, out int twice)
    {
        counter = default;
        counter.Sum = n;
        twice = 2 * n;
    }

    private static void Accumulate(ref Counter counter, float value) => counter.Add(value);

    private static float Read(in Counter counter) => counter.Sum + counter.Mean;

    [EveryCompiler]
    public void Structs_nest_and_change_in_loops(TestDevice device) => Same<float>(device, Nesting);

    public static void Nesting(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        Nested n = default;
        n.A = new Complex(x[i], 1);
        for (int k = 0; k < 4; k++)
        {
            n.B.Add(n.A.Re);
            if (k == x[i])
                n = n with { Tag = k };
            n.A *= new Complex(0.5f, k);
            n.A += 1.5f;
        }
        y[i] = n.A.Norm + n.B.Mean + n.Tag * Complex.Unit;
    }

    [EveryCompiler]
    public void Constructors_contain_loops_and_branches(TestDevice device) => Same<int>(device, Constructors);

    public readonly struct Digits
    {
        public readonly int Sum, Count;

        public Digits(int n)
        {
            if (n < 0)
            {
                Sum = -1;
                return;
            }
            for (; n > 0; n /= 2)
            {
                Sum += n % 2;
                Count++;
            }
        }
    }

    public static void Constructors(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        var digits = new Digits(x[i]);
        y[i] = digits.Sum * 100 + digits.Count + new Digits(i + 3).Sum;
    }

    [EveryCompiler]
    public void Tuples_are_made_returned_and_taken_apart(TestDevice device) => Same<float>(device, Tuples);

    public static void Tuples(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        (int low, float high) = Split(x[i]);
        var pair = (low, high, Third: (low * 2, 'c'));
        pair.low++;
        (pair.high, pair.Third.Item1) = (pair.Third.Item1, (int)pair.high);
        var c = new Complex(pair.low, pair.high);
        (float re, float im) = c;
        bool same = (low, high) == (1, 2f) || c == new Complex(3, 8);
        y[i] = re + 10 * im + pair.Third.Item1 + pair.Third.Item2 + (same ? 0.5f : 0);
    }

    private static (int Low, float High) Split(int n) => n > 2 ? (n - 2, n * 0.5f) : (n, 2);

    [EveryCompiler]
    public void Equality_of_records_compares_every_field(TestDevice device) => Same<int>(device, Equality);

    public static void Equality(ArrayView<int> x, ArrayView<int> y)
    {
        int i = Grid.GlobalIndex.X;
        var a = new Point(x[i] % 3, i % 2);
        var b = new Point(1, 1);
        var c = new Pair<Complex>(new(x[i], float.NaN), new(-0f, 1));
        bool same = c == new Pair<Complex>(new(2, float.NaN), new(0f, 1));
        y[i] = (same ? 16 : 0) + (a == b ? 1 : 0) + (a != b ? 2 : 0) + (a.Equals(b) ? 4 : 0) + (a with { Y = 1 } == b ? 8 : 0);
    }

    public readonly struct Point(int x, int y)
    {
        public int X { get; } = x;
        public int Y { get; init; } = y;
        public static bool operator ==(Point a, Point b) => a.X == b.X && a.Y == b.Y;
        public static bool operator !=(Point a, Point b) => !(a == b);
        public bool Equals(Point other) => this == other;
        public override bool Equals(object? obj) => obj is Point other && this == other;
        public override int GetHashCode() => X * 31 + Y;
    }

    [EveryCompiler]
    public void Views_hold_structs_of_mixed_fields(TestDevice device)
    {
        Mixed[] input = [.. Small.Select((v, i) => new Mixed
        {
            Small = (byte)(200 + v), Middle = (short)(v * 3000), Large = (long)v << 35, Signed = (sbyte)(v * 9), Flag = v > 0,
            Letter = (char)(60000 + i), Wide = v / 3.0, Color = BranchTests.Color.Blue,
        })];
        Same<Mixed, Mixed>(device, MixedFields, input);
    }

    public static void MixedFields(ArrayView<Mixed> x, ArrayView<Mixed> y)
    {
        int i = Grid.GlobalIndex.X;
        Mixed m = x[i];
        m.Small += 100;
        m.Middle *= 2;
        m.Large += m.Middle;
        m.Signed -= 100;
        m.Flag = !m.Flag;
        m.Letter++;
        m.Wide *= m.Small;
        y[i].Letter = m.Letter;
        y[i].Wide = 1;
        if (m.Flag)
            y[i] = m;
        y[i].Color = m.Color == BranchTests.Color.Blue ? BranchTests.Color.Green : m.Color;
        y[i].Signed++;
    }

    [EveryCompiler]
    public void Fields_lie_where_the_host_puts_them(TestDevice device) => Same<Placed, Packed>(device, Repack,
        [.. Small.Select((v, i) => new Placed { A = (byte)v, B = new Inner { A = (byte)i, B = (short)(v * 999), C = 3 }, C = v * 0.1 })]);

    public static void Repack(ArrayView<Placed> x, ArrayView<Packed> y)
    {
        int i = Grid.GlobalIndex.X;
        y[i].First = x[i].A;
        y[i].Second = (int)(x[i].C * 1000) * x[i].B.A;
        y[i].Third = x[i].B;
    }

    [EveryCompiler]
    public void Generic_structs_hold_values_and_views(TestDevice device) => Same<float>(device, GenericStructs);

    public readonly record struct Pair<T>(T First, T Second)
    {
        public Pair<T> Swapped => new(Second, First);
    }

    /// <summary>Rows of a matrix, as kernels pass them round.</summary>
    public readonly struct Rows(ArrayView<int> data, int width)
    {
        public int this[int row, int column] => data[row * width + column];
        public ArrayView<int> Row(int row) => data.SubView(row * width, width);
    }

    public static void GenericStructs(ArrayView<int> x, ArrayView<float> y)
    {
        int i = Grid.GlobalIndex.X;
        var pair = new Pair<float>(x[i], 2).Swapped;
        var nested = new Pair<Pair<int>>(new(1, x[i]), new(x[i], 4)).Swapped;
        var rows = new Rows(x, 7);
        float sum = 0;
        for (int k = 0; k < 3; k++)
        {
            var (first, second) = (rows.Row(k), rows.Row(k + 1));
            sum += rows[k, i % 7] + first[k] * second.IntLength;
            if (x[i] > k)
                rows = new Rows(x.SubView(1, 50), 6);
        }
        y[i] = pair.First * 10 + pair.Second + nested.First.Second - nested.Second.Second + sum;
    }
}
