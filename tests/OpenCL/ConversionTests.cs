using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.Tests.OpenCL;

/// <summary>Every conversion, on every awkward operand, against what C# computes.</summary>
public sealed class ConversionTests : OpenCLFixture
{
    [Test]
    public void Floats_become_integers_saturated_and_NaN_zero()
    {
        Check<float, int>(Samples.Floats, IrType.I32, (Op.FloatToInt, x => (int)x), (Op.FloatToUInt, x => (int)(uint)x),
            (Op.BitCast, BitConverter.SingleToInt32Bits));
        Check<float, long>(Samples.Floats, IrType.I64, (Op.FloatToInt, x => (long)x), (Op.FloatToUInt, x => (long)(ulong)x));
    }

    [Test]
    public void Doubles_become_integers_saturated_and_NaN_zero()
    {
        Check<double, int>(Samples.Doubles, IrType.I32, (Op.FloatToInt, x => (int)x), (Op.FloatToUInt, x => (int)(uint)x));
        Check<double, long>(Samples.Doubles, IrType.I64, (Op.FloatToInt, x => (long)x), (Op.FloatToUInt, x => (long)(ulong)x),
            (Op.BitCast, BitConverter.DoubleToInt64Bits));
    }

    [Test]
    public void Ints_become_floats_rounded_once()
    {
        Check<int, float>(Samples.Ints, IrType.F32, (Op.IntToFloat, x => x), (Op.UIntToFloat, x => (uint)x),
            (Op.BitCast, BitConverter.Int32BitsToSingle));
        Check<int, double>(Samples.Ints, IrType.F64, (Op.IntToFloat, x => x), (Op.UIntToFloat, x => (uint)x));
    }

    [Test]
    public void Longs_become_floats_rounded_once()
    {
        Check<long, float>(Samples.Longs, IrType.F32, (Op.IntToFloat, x => x), (Op.UIntToFloat, x => (ulong)x));
    }

    [Test]
    public void Longs_become_doubles_rounded_once()
    {
        Check<long, double>(Samples.Longs, IrType.F64, (Op.IntToFloat, x => x), (Op.UIntToFloat, x => (ulong)x),
            (Op.BitCast, BitConverter.Int64BitsToDouble));
    }

    [Test]
    public void Floats_and_doubles_become_each_other()
    {
        Check<float, double>(Samples.Floats, IrType.F64, (Op.FloatToFloat, x => x));
        Check<double, float>(Samples.Doubles, IrType.F32, (Op.FloatToFloat, x => (float)x));
    }

    [Test]
    public void Integers_widen_and_narrow()
    {
        Check<int, long>(Samples.Ints, IrType.I64, (Op.SignExtend, x => x), (Op.ZeroExtend, x => (uint)x));
        Check<int, int>(Samples.Ints, IrType.I32, (Op.SignExtend8, x => (sbyte)x), (Op.SignExtend16, x => (short)x));
        Check<long, int>(Samples.Longs, IrType.I32, (Op.Truncate64, x => (int)x));
    }

    private void Check<TIn, TOut>(TIn[] values, IrType type, params (Op Op, Func<TIn, TOut> Expected)[] cases)
        where TIn : unmanaged
        where TOut : unmanaged
    {
        TOut[][] results = HandKernel.Map<TIn, TOut>(Accelerator, [values], (b, v) => [.. cases.Select(c => b.Emit(c.Op, type, v))]);
        for (int k = 0; k < cases.Length; k++)
        {
            for (int i = 0; i < values.Length; i++)
            {
                TOut expected = cases[k].Expected(values[i]);
                if (!Samples.Same(results[k][i], expected))
                    Assert.Fail($"{cases[k].Op} of {values[i]} to {type} is {results[k][i]}, not {expected}.");
            }
        }
    }
}
