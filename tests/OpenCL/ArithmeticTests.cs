using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.OpenCL;

/// <summary>Every operation that computes, on every awkward operand, against what C# computes.</summary>
public sealed class ArithmeticTests : OpenCLFixture
{
    [Test]
    public void Float_arithmetic_has_the_bits_of_CSharp() => Check(Samples.Pairs(Samples.Floats), IrType.F32,
        (Op.Add, (a, b) => a + b), (Op.Sub, (a, b) => a - b), (Op.Mul, (a, b) => a * b), (Op.Div, (a, b) => a / b),
            (Op.Rem, (a, b) => a % b),
        (Op.Min, MathF.Min), (Op.Max, MathF.Max), (Op.Neg, (a, _) => -a), (Op.Abs, (a, _) => MathF.Abs(a)),
            (Op.Sqrt, (a, _) => MathF.Sqrt(a)),
        (Op.Floor, (a, _) => MathF.Floor(a)), (Op.Ceiling, (a, _) => MathF.Ceiling(a)), (Op.Truncate, (a, _) => MathF.Truncate(a)),
        (Op.RoundEven, (a, _) => MathF.Round(a)));

    [Test]
    public void Double_arithmetic_has_the_bits_of_CSharp() => Check(Samples.Pairs(Samples.Doubles), IrType.F64,
        (Op.Add, (a, b) => a + b), (Op.Sub, (a, b) => a - b), (Op.Mul, (a, b) => a * b), (Op.Div, (a, b) => a / b),
            (Op.Rem, (a, b) => a % b),
        (Op.Min, Math.Min), (Op.Max, Math.Max), (Op.Neg, (a, _) => -a), (Op.Abs, (a, _) => Math.Abs(a)), (Op.Sqrt, (a, _) => Math.Sqrt(a)),
        (Op.Floor, (a, _) => Math.Floor(a)), (Op.Ceiling, (a, _) => Math.Ceiling(a)), (Op.Truncate, (a, _) => Math.Truncate(a)),
        (Op.RoundEven, (a, _) => Math.Round(a)));

    [Test]
    public void Int_arithmetic_wraps_and_divides_as_CSharp_does() => Check(Samples.Pairs(Samples.Ints), IrType.I32,
        (Op.Add, (a, b) => a + b), (Op.Sub, (a, b) => a - b), (Op.Mul, (a, b) => a * b), (Op.Neg, (a, _) => -a), (Op.Not, (a, _) => ~a),
        (Op.Div, (a, b) => b == 0 ? 0 : b == -1 ? -a : a / b), (Op.Rem, (a, b) => b is 0 or -1 ? 0 : a % b),
        (Op.DivU, (a, b) => b == 0 ? 0 : (int)((uint)a / (uint)b)), (Op.RemU, (a, b) => b == 0 ? 0 : (int)((uint)a % (uint)b)),
        (Op.MulHighU, (a, b) => (int)(((ulong)(uint)a * (uint)b) >> 32)),
        (Op.And, (a, b) => a & b), (Op.Or, (a, b) => a | b), (Op.Xor, (a, b) => a ^ b),
        (Op.Shl, (a, b) => a << b), (Op.Shr, (a, b) => a >> b), (Op.ShrU, (a, b) => a >>> b));

    [Test]
    public void Long_arithmetic_wraps_and_divides_as_CSharp_does() => Check(Samples.Pairs(Samples.Longs), IrType.I64,
        (Op.Add, (a, b) => a + b), (Op.Sub, (a, b) => a - b), (Op.Mul, (a, b) => a * b), (Op.Neg, (a, _) => -a), (Op.Not, (a, _) => ~a),
        (Op.Div, (a, b) => b == 0 ? 0 : b == -1 ? -a : a / b), (Op.Rem, (a, b) => b is 0 or -1 ? 0 : a % b),
        (Op.DivU, (a, b) => b == 0 ? 0 : (long)((ulong)a / (ulong)b)), (Op.RemU, (a, b) => b == 0 ? 0 : (long)((ulong)a % (ulong)b)),
        (Op.And, (a, b) => a & b), (Op.Or, (a, b) => a | b), (Op.Xor, (a, b) => a ^ b),
        (Op.Shl, (a, b) => a << (int)b), (Op.Shr, (a, b) => a >> (int)b), (Op.ShrU, (a, b) => a >>> (int)b));

    [Test]
    public void A_fused_multiply_add_rounds_once_and_a_product_and_sum_twice()
    {
        float[][] triples = Samples.Triples(Samples.Floats);
        float[][] results = HandKernel.Map<float, float>(Accelerator, triples, (b, v) =>
            [b.Emit(Op.Fma, IrType.F32, v), b.Add(b.Mul(v[0], v[1]), v[2]), b.Binary(Op.Sub, v[2], b.Mul(v[0], v[1]))]);
        for (int i = 0; i < triples[0].Length; i++)
        {
            (float x, float y, float z) = (triples[0][i], triples[1][i], triples[2][i]);
            float product = x * y;
            Expect(results[0][i], MathF.FusedMultiplyAdd(x, y, z), $"fma({x}, {y}, {z})");
            Expect(results[1][i], product + z, $"{x} * {y} + {z}");
            Expect(results[2][i], z - product, $"{z} - {x} * {y}");
        }
    }

    [Test]
    public void Comparisons_of_floats_are_false_for_NaN() => CheckComparisons(Samples.Pairs(Samples.Floats),
        (Op.Eq, (a, b) => a == b), (Op.Ne, (a, b) => a != b), (Op.Lt, (a, b) => a < b), (Op.Le, (a, b) => a <= b), (Op.Gt, (a, b) => a > b),
            (Op.Ge, (a, b) => a >= b));

    [Test]
    public void Comparisons_of_ints_know_the_sign_where_they_should() => CheckComparisons(Samples.Pairs(Samples.Ints),
        (Op.Eq, (a, b) => a == b), (Op.Ne, (a, b) => a != b), (Op.Lt, (a, b) => a < b), (Op.Le, (a, b) => a <= b), (Op.Gt, (a, b) => a > b),
            (Op.Ge, (a, b) => a >= b),
        (Op.LtU, (a, b) => (uint)a < (uint)b), (Op.LeU, (a, b) => (uint)a <= (uint)b), (Op.GtU, (a, b) => (uint)a > (uint)b),
            (Op.GeU, (a, b) => (uint)a >= (uint)b));

    [Test]
    public void Comparisons_of_longs_know_the_sign_where_they_should() => CheckComparisons(Samples.Pairs(Samples.Longs),
        (Op.Eq, (a, b) => a == b), (Op.Ne, (a, b) => a != b), (Op.Lt, (a, b) => a < b), (Op.Le, (a, b) => a <= b), (Op.Gt, (a, b) => a > b),
            (Op.Ge, (a, b) => a >= b),
        (Op.LtU, (a, b) => (ulong)a < (ulong)b), (Op.LeU, (a, b) => (ulong)a <= (ulong)b), (Op.GtU, (a, b) => (ulong)a > (ulong)b),
            (Op.GeU, (a, b) => (ulong)a >= (ulong)b));

    [Test]
    public void Signs_stay_right_where_operations_are_nested()
    {
        int[][] pairs = Samples.Pairs(Samples.Ints);
        int[][] results = HandKernel.Map<int, int>(Accelerator, pairs, (b, v) =>
        [
            b.Binary(Op.Shr, b.Add(v[0], v[1]), Constant.I32(3)),
            b.Binary(Op.Lt, b.Mul(v[0], v[1]), b.Binary(Op.ShrU, v[1], Constant.I32(1))),
            b.Binary(Op.Div, b.Binary(Op.Sub, v[0], v[1]), Constant.I32(10)),
            b.Binary(Op.LtU, b.Emit(Op.Neg, IrType.I32, [v[0]]), b.Add(v[1], Constant.I32(-5))),
            b.Select(b.And(b.Binary(Op.Lt, v[0], v[1]), b.Not(b.Binary(Op.Eq, v[0], Constant.I32(0)))), b.Add(v[0], v[1]), v[1]),
            b.Emit(Op.Not, IrType.I32, [b.Binary(Op.Shl, b.Add(v[0], Constant.I32(int.MinValue)), v[1])]),
        ]);
        for (int i = 0; i < pairs[0].Length; i++)
        {
            (int x, int y) = (pairs[0][i], pairs[1][i]);
            int[] expected = [(x + y) >> 3, x * y < (y >>> 1) ? 1 : 0, (x - y) / 10, (uint)-x < (uint)(y - 5) ? 1 : 0,
                x < y & x != 0 ? x + y : y, ~((x + int.MinValue) << y)];
            for (int k = 0; k < expected.Length; k++)
                Expect(results[k][i], expected[k], $"nested expression {k} of {x} and {y}");
        }
    }

    [Test]
    public void Constants_keep_their_bits()
    {
        Constant[] constants =
        [
            .. Samples.Floats.Append(MathF.PI).Select(Constant.F32), .. Samples.Doubles.Append(Math.PI).Select(Constant.F64),
            .. Samples.Ints.Select(Constant.I32), .. Samples.Longs.Select(Constant.I64),
        ];
        // Operations on two constants would be folded away: each is chosen against the loaded number.
        long[][] results = HandKernel.Map<int, long>(Accelerator, [[1]], (b, v) => [.. constants.Select(c =>
        {
            Value chosen = b.Select(b.Binary(Op.Eq, v[0], Constant.I32(1)), c, Constant.Zero(c.Type));
            IrType bits = c.Type.Bytes == 4 ? IrType.I32 : IrType.I64;
            Value raw = c.Type.IsFloat ? b.Emit(Op.BitCast, bits, [chosen]) : chosen;
            return bits == IrType.I32 ? b.Emit(Op.SignExtend, IrType.I64, [raw]) : raw;
        })]);
        for (int k = 0; k < constants.Length; k++)
            Assert.That(results[k][0], Is.EqualTo(constants[k].Bits), $"constant {k} of {constants[k].Type}");
    }

    [Test]
    public void Extremes_against_constants_keep_NaN_and_the_sign_of_zero()
    {
        float[] limits = [0f, -0f, 1f, -2.5f, float.NaN, float.PositiveInfinity];
        float[][] results = HandKernel.Map<float, float>(Accelerator, [Samples.Floats], (b, v) =>
            [.. limits.SelectMany(c => new[] { b.Binary(Op.Min, v[0], Constant.F32(c)), b.Binary(Op.Max, v[0], Constant.F32(c)) })]);
        for (int i = 0; i < Samples.Floats.Length; i++)
        {
            for (int k = 0; k < limits.Length; k++)
            {
                Expect(results[2 * k][i], MathF.Min(Samples.Floats[i], limits[k]), $"min({Samples.Floats[i]}, {limits[k]})");
                Expect(results[2 * k + 1][i], MathF.Max(Samples.Floats[i], limits[k]), $"max({Samples.Floats[i]}, {limits[k]})");
            }
        }
    }

    [Test]
    public void Library_functions_are_near_those_of_CSharp()
    {
        float[] values = [0.1f, 0.7f, 1f, 2.5f];
        (Op Op, Func<float, float> Expected)[] cases =
            [(Op.Exp, MathF.Exp), (Op.Log, MathF.Log), (Op.Sin, MathF.Sin), (Op.Cos, MathF.Cos), (Op.Tanh, MathF.Tanh),
                (Op.Log2, MathF.Log2), (Op.Log10, MathF.Log10), (Op.Tan, MathF.Tan), (Op.Atan, MathF.Atan), (Op.Sinh, MathF.Sinh),
                (Op.Cosh, MathF.Cosh),
                (Op.Pow, x => MathF.Pow(x, x))];
        float[][] results = HandKernel.Map<float, float>(Accelerator, [values], (b, v) =>
            [.. cases.Select(c => b.Emit(c.Op, IrType.F32, c.Op == Op.Pow ? [v[0], v[0]] : v))]);
        for (int k = 0; k < cases.Length; k++)
            Assert.That(results[k], Is.EqualTo(values.Select(cases[k].Expected)).Within(1e-5), $"{cases[k].Op}");
    }

    private void Check<T>(T[][] pairs, IrType type, params (Op Op, Func<T, T, T> Expected)[] cases) where T : unmanaged
    {
        T[][] results =
            HandKernel.Map<T, T>(Accelerator, pairs, (b, v) => [.. cases.Select(c => b.Emit(c.Op, type, Operands(b, c.Op, v)))]);
        CheckRows(pairs, results, cases);
    }

    private void CheckComparisons<T>(T[][] pairs, params (Op Op, Func<T, T, bool> Expected)[] cases) where T : unmanaged
    {
        int[][] results = HandKernel.Map<T, int>(Accelerator, pairs, (b, v) => [.. cases.Select(c => b.Binary(c.Op, v[0], v[1]))]);
        CheckRows(pairs, results, [.. cases.Select(c => (c.Op, (Func<T, T, int>)((x, y) => c.Expected(x, y) ? 1 : 0)))]);
    }

    private static void CheckRows<T, TOut>(T[][] pairs, TOut[][] results, (Op Op, Func<T, T, TOut> Expected)[] cases) where TOut : unmanaged
    {
        for (int k = 0; k < cases.Length; k++)
        {
            for (int i = 0; i < pairs[0].Length; i++)
                Expect(results[k][i], cases[k].Expected(pairs[0][i], pairs[1][i]), $"{cases[k].Op} of {pairs[0][i]} and {pairs[1][i]}");
        }
    }

    private static Value[] Operands(Builder b, Op op, Value[] v) => op switch
    {
        Op.Neg or Op.Not or Op.Abs or Op.Sqrt or Op.Floor or Op.Ceiling or Op.Truncate or Op.RoundEven => [v[0]],
        Op.Shl or Op.Shr or Op.ShrU when v[1].Type == IrType.I64 => [v[0], b.Emit(Op.Truncate64, IrType.I32, [v[1]])],
        _ => v,
    };

    private static void Expect<T>(T actual, T expected, string what) where T : unmanaged
    {
        if (!Samples.Same(actual, expected))
            Assert.Fail($"{what} is {actual}, not {expected}.");
    }
}
