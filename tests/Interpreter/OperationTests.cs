using System.Numerics;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.Interpreter;

/// <summary>Every pure operation of the interpreter against the same in C#, over numbers that are prone to go wrong.</summary>
[TestFixture]
internal sealed class OperationTests
{
    private static readonly int[] Ints =
    [
        0, 1, -1, 2, -2, 3, 7, 31, 32, 33, 63, 64, 127, 128, 255, 32768, 65535, 16777217, int.MaxValue, int.MinValue,
        int.MinValue + 1,
    ];
    private static readonly long[] Longs =
    [
        0, 1, -1, 2, -7, 63, 64, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 53 | 1, 0x7fffff4000000001,
        long.MaxValue, long.MinValue, long.MinValue + 1,
    ];
    private static readonly float[] Floats =
    [
        0f, -0f, 1f, -1f, 0.5f, 1.5f, 2.5f, -2.5f, 3.7f, -3.7f, 1e-45f, -1e-40f, 16777216f, 2147483648f,
        -2147483648f, 4294967296f, 9.2233720e18f, 3e38f, float.MaxValue, float.MinValue, float.PositiveInfinity,
        float.NegativeInfinity, float.NaN,
    ];
    private static readonly double[] Doubles =
    [
        0, -0d, 1, -1, 0.5, 2.5, -3.5, 4.9e-324, 2147483647.5, -2147483649, 4294967295.5, 9.3e18, 1.9e19, 1e39,
        double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    [Test]
    public void Integer_operations_wrap_and_shift_as_in_CSharp() => Assert.Multiple(() =>
    {
        CheckInteger(Ints);
        CheckInteger(Longs);
        Check(Op.MulHighU, Ints, (a, b) => (int)(((ulong)(uint)a * (uint)b) >> 32));
        Check(Op.SignExtend8, Ints, a => (int)(sbyte)a);
        Check(Op.SignExtend16, Ints, a => (int)(short)a);
        Check(Op.SignExtend, Ints, a => (long)a);
        Check(Op.ZeroExtend, Ints, a => (long)(uint)a);
        Check(Op.Truncate64, Longs, a => (int)a);
    });

    [Test]
    public void Division_by_zero_gives_zero_and_unsigned_operations_see_no_sign() => Assert.Multiple(() =>
    {
        Check(Op.Div, Ints, (a, b) => b == 0 ? 0 : b == -1 ? -a : a / b);
        Check(Op.Rem, Ints, (a, b) => b is 0 or -1 ? 0 : a % b);
        Check(Op.DivU, Ints, (a, b) => b == 0 ? 0 : (int)((uint)a / (uint)b));
        Check(Op.RemU, Ints, (a, b) => b == 0 ? 0 : (int)((uint)a % (uint)b));
        Check(Op.ShrU, Ints, (a, b) => a >>> b);
        Check(Op.LtU, Ints, (a, b) => (uint)a < (uint)b);
        Check(Op.LeU, Ints, (a, b) => (uint)a <= (uint)b);
        Check(Op.GtU, Ints, (a, b) => (uint)a > (uint)b);
        Check(Op.GeU, Ints, (a, b) => (uint)a >= (uint)b);
        Check(Op.Div, Longs, (a, b) => b == 0 ? 0 : b == -1 ? -a : a / b);
        Check(Op.Rem, Longs, (a, b) => b is 0 or -1 ? 0 : a % b);
        Check(Op.DivU, Longs, (a, b) => b == 0 ? 0 : (long)((ulong)a / (ulong)b));
        Check(Op.RemU, Longs, (a, b) => b == 0 ? 0 : (long)((ulong)a % (ulong)b));
        Check(Op.LtU, Longs, (a, b) => (ulong)a < (ulong)b);
        Check(Op.LeU, Longs, (a, b) => (ulong)a <= (ulong)b);
        Check(Op.GtU, Longs, (a, b) => (ulong)a > (ulong)b);
        Check(Op.GeU, Longs, (a, b) => (ulong)a >= (ulong)b);
    });

    [Test]
    public void Float_operations_round_once_and_keep_signs_and_NaN() => Assert.Multiple(() =>
    {
        CheckFloat(Floats);
        CheckFloat(Doubles);
        Check(Op.Fma, Floats, MathF.FusedMultiplyAdd);
        Check(Op.Fma, Doubles, Math.FusedMultiplyAdd);
        Check(Op.FloatToFloat, Floats, a => (double)a);
        Check(Op.FloatToFloat, Doubles, a => (float)a);
    });

    [Test]
    public void Library_functions_are_those_of_the_host() => Assert.Multiple(() =>
    {
        CheckLibrary(Floats);
        CheckLibrary(Doubles);
    });

    [Test]
    public void Floats_become_integers_with_saturation() => Assert.Multiple(() =>
    {
        CheckFloatToInt(Floats);
        CheckFloatToInt(Doubles);
    });

    [Test]
    public void Integers_become_floats_rounded_to_nearest() => Assert.Multiple(() =>
    {
        Check(Op.IntToFloat, Ints, a => (float)a);
        Check(Op.IntToFloat, Ints, a => (double)a);
        Check(Op.IntToFloat, Longs, a => (float)a);
        Check(Op.IntToFloat, Longs, a => (double)a);
        Check(Op.UIntToFloat, Ints, a => (float)(uint)a);
        Check(Op.UIntToFloat, Ints, a => (double)(uint)a);
        Check(Op.UIntToFloat, Longs, a => (float)(ulong)a);
        Check(Op.UIntToFloat, Longs, a => (double)(ulong)a);
    });

    [Test]
    public void Bit_casts_keep_the_bits() => Assert.Multiple(() =>
    {
        Check(Op.BitCast, Floats, BitConverter.SingleToInt32Bits);
        Check(Op.BitCast, Ints, BitConverter.Int32BitsToSingle);
        Check(Op.BitCast, Doubles, BitConverter.DoubleToInt64Bits);
        Check(Op.BitCast, Longs, BitConverter.Int64BitsToDouble);
    });

    [Test]
    public void Booleans_combine_select_and_become_integers() => Assert.Multiple(() =>
    {
        bool[] both = [false, true];
        Check(Op.And, both, (a, b) => a && b);
        Check(Op.Or, both, (a, b) => a || b);
        Check(Op.Xor, both, (a, b) => a ^ b);
        Check(Op.Eq, both, (a, b) => a == b);
        Check(Op.Ne, both, (a, b) => a != b);
        Check(Op.Not, both, a => !a);
        Check(Op.BoolToInt, both, a => a ? 1 : 0);
        Check(Op.Select, both, (a, b, c) => a ? b : c);
    });

    private static void CheckInteger<T>(T[] data) where T : unmanaged, IBinaryInteger<T>
    {
        Check(Op.Add, data, (a, b) => unchecked(a + b));
        Check(Op.Sub, data, (a, b) => unchecked(a - b));
        Check(Op.Mul, data, (a, b) => unchecked(a * b));
        Check(Op.Neg, data, a => unchecked(-a));
        Check(Op.And, data, (a, b) => a & b);
        Check(Op.Or, data, (a, b) => a | b);
        Check(Op.Xor, data, (a, b) => a ^ b);
        Check(Op.Not, data, a => ~a);
        CheckShift(Op.Shl, data, (a, b) => a << b);
        CheckShift(Op.Shr, data, (a, b) => a >> b);
        CheckShift(Op.ShrU, data, (a, b) => a >>> b);
        CheckComparisons(data);
    }

    private static void CheckFloat<T>(T[] data) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(Op.Add, data, (a, b) => a + b);
        Check(Op.Sub, data, (a, b) => a - b);
        Check(Op.Mul, data, (a, b) => a * b);
        Check(Op.Div, data, (a, b) => a / b);
        Check(Op.Neg, data, a => -a);
        Check(Op.Sqrt, data, T.Sqrt);
        Check(Op.Abs, data, T.Abs);
        Check(Op.Min, data, T.Min);
        Check(Op.Max, data, T.Max);
        Check(Op.Floor, data, T.Floor);
        Check(Op.Ceiling, data, T.Ceiling);
        Check(Op.Truncate, data, T.Truncate);
        Check(Op.RoundEven, data, T.Round);
        CheckComparisons(data);
    }

    private static void CheckLibrary<T>(T[] data) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(Op.Exp, data, T.Exp);
        Check(Op.Log, data, a => T.Log(a));
        Check(Op.Sin, data, T.Sin);
        Check(Op.Cos, data, T.Cos);
        Check(Op.Tanh, data, T.Tanh);
        Check(Op.Log2, data, T.Log2);
        Check(Op.Log10, data, T.Log10);
        Check(Op.Tan, data, T.Tan);
        Check(Op.Asin, data, T.Asin);
        Check(Op.Acos, data, T.Acos);
        Check(Op.Atan, data, T.Atan);
        Check(Op.Sinh, data, T.Sinh);
        Check(Op.Cosh, data, T.Cosh);
        Check(Op.Atan2, data, T.Atan2);
        Check(Op.Rem, data, (a, b) => a % b);
        Check(Op.Pow, data, T.Pow);
    }

    private static void CheckComparisons<T>(T[] data) where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        Check(Op.Eq, data, (a, b) => a == b);
        Check(Op.Ne, data, (a, b) => a != b);
        Check(Op.Lt, data, (a, b) => a < b);
        Check(Op.Le, data, (a, b) => a <= b);
        Check(Op.Gt, data, (a, b) => a > b);
        Check(Op.Ge, data, (a, b) => a >= b);
    }

    private static void CheckFloatToInt<T>(T[] data) where T : unmanaged, INumber<T>
    {
        Check(Op.FloatToInt, data, int.CreateSaturating);
        Check(Op.FloatToInt, data, long.CreateSaturating);
        Check(Op.FloatToUInt, data, a => (int)uint.CreateSaturating(a));
        Check(Op.FloatToUInt, data, a => (long)ulong.CreateSaturating(a));
    }

    private static void Check<T, TResult>(Op op, T[] data, Func<T, TResult> expected) where T : unmanaged where TResult : unmanaged =>
        Compare(op, data, data, data, [.. data.Select(expected)], 1);

    private static void Check<T, TResult>(Op op, T[] data, Func<T, T, TResult> expected) where T : unmanaged where TResult : unmanaged
    {
        var pairs = (from a in data from b in data select (a, b)).ToArray();
        Compare(op, [.. pairs.Select(p => p.a)], [.. pairs.Select(p => p.b)], [.. pairs.Select(p => p.b)],
            [.. pairs.Select(p => expected(p.a, p.b))], 2);
    }

    private static void Check<T, TResult>(Op op, T[] data, Func<T, T, T, TResult> expected) where T : unmanaged where TResult : unmanaged
    {
        var triples = (from a in data from b in data from c in data select (a, b, c)).ToArray();
        Compare(op, [.. triples.Select(p => p.a)], [.. triples.Select(p => p.b)], [.. triples.Select(p => p.c)],
            [.. triples.Select(p => expected(p.a, p.b, p.c))], 3);
    }

    private static void CheckShift<T>(Op op, T[] data, Func<T, int, T> expected) where T : unmanaged
    {
        var pairs = (from a in data from b in Ints select (a, b)).ToArray();
        Compare(op, [.. pairs.Select(p => p.a)], [.. pairs.Select(p => p.b)], [.. pairs.Select(p => p.b)],
            [.. pairs.Select(p => expected(p.a, p.b))], 2);
    }

    /// <summary>One thread for each tuple of operands loads them, does the operation and stores the result.</summary>
    private static unsafe void Compare<T, TCount, TResult>(Op op, T[] a, TCount[] b, TCount[] c, TResult[] expected, int operands)
        where T : unmanaged where TCount : unmanaged where TResult : unmanaged
    {
        var k = new IrKernel(op.ToString());
        Value[] views = [k.View("a").Pointer, k.View("b").Pointer, k.View("c").Pointer];
        Value count = k.Scalar(MemoryType.I32, "count"), result = k.View("result").Pointer, i = k.GlobalIndex;
        k.If(k.B.Binary(Op.Lt, i, count), () =>
        {
            Value[] loaded = [Load<T>(k, views[0], i), Load<TCount>(k, views[1], i), Load<TCount>(k, views[2], i)];
            Store<TResult>(k, result, i, k.Raw(op, TypeOf<TResult>(), loaded[..operands]));
        });
        using var bench = new InterpreterBench();
        var output = Upload(bench, new TResult[expected.Length]);
        byte* block = stackalloc byte[4 * 24 + 8];
        var arguments = new ArgumentPacker(block);
        arguments.Add(Upload(bench, a));
        arguments.Add(Upload(bench, b));
        arguments.Add(Upload(bench, c));
        arguments.Add(a.Length);
        arguments.Add(output);
        bench.Accelerator.Compile(k.Build(), new(256, 1, 1))
            .Launch((EngineStream)bench.Accelerator.DefaultStream, new((a.Length + 255) / 256, 1, 1), block, 0);
        var actual = new TResult[expected.Length];
        output.Cast<byte>()
            .CopyToCPU(ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(actual.AsSpan())), expected.Length * sizeof(TResult));
        for (int t = 0; t < expected.Length; t++)
            Assert.That(Same(actual[t], expected[t]), $"{op} of {typeof(T).Name} {a[t]}, {b[t]}, {c[t]}: {actual[t]}, not {expected[t]}");
    }

    // As bytes: ILGPU makes no buffers of bool.
    private static ArrayView<T> Upload<T>(InterpreterBench bench, T[] values) where T : unmanaged =>
        bench.Accelerator.Allocate1D(MemoryMarshal.AsBytes<T>(values).ToArray()).View.BaseView.Cast<T>();

    private static IrType TypeOf<T>() => typeof(T) == typeof(bool) ? IrType.Bool : MemoryTypes.Of(typeof(T))!.Value.ValueType();

    private static Value Load<T>(IrKernel k, Value pointer, Value index)
    {
        Value value = k.Load(pointer, index, MemoryTypes.Of(typeof(T))!.Value);
        return typeof(T) == typeof(bool) ? k.B.Binary(Op.Ne, value, Constant.I32(0)) : value;
    }

    private static void Store<T>(IrKernel k, Value pointer, Value index, Value value) =>
        k.Store(pointer, index, typeof(T) == typeof(bool) ? k.Raw(Op.BoolToInt, IrType.I32, value) : value,
            MemoryTypes.Of(typeof(T))!.Value);

    private static bool Same<T>(T a, T b) where T : unmanaged => (a, b) switch
    {
        (float x, float y) => float.IsNaN(x) ? float.IsNaN(y) : BitConverter.SingleToInt32Bits(x) == BitConverter.SingleToInt32Bits(y),
        (double x, double y) => double.IsNaN(x) ? double.IsNaN(y) : BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y),
        _ => EqualityComparer<T>.Default.Equals(a, b),
    };
}
