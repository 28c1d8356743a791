using System.Numerics;

namespace VaeGpu.CudaEmulator.Machine;

internal static partial class PtxTable
{
    private const string Ints = "u8/u16/u32/u64/s8/s16/s32/s64";

    private static IEnumerable<PtxForm> Conversions() =>
    [
        new($"cvt.?sat.D={Ints}.A={Ints}", "=~D, %~A", IntegerToInteger),
        new($"cvt.R=rni/rzi/rmi/rpi.?sat.D={Ints}.A=f32/f64", "=~D, A", FloatToInteger),
        new($"cvt.rn.D=f32/f64.A={Ints}", "=D, %~A", IntegerToFloat),
        new("cvt.rn.f32.f64", "=f32, f64", One<double, float, PtxNarrow>),
        new("cvt.f64.f32", "=f64, f32", One<float, double, PtxWiden>),
        new("cvt.f32.f32", "=f32, f32", Map1<uint, PtxCopy<uint>>),
        new("cvt.f64.f64", "=f64, f64", Map1<ulong, PtxCopy<ulong>>),
        new("cvt.sat.f32.f32", "=f32, f32", One<float, float, PtxSaturate>),
        new("cvt.R=rni/rzi/rmi/rpi.f32.f32", "=f32, f32", i => RoundToIntegral(i)),
        new("cvt.R=rni/rzi/rmi/rpi.f64.f64", "=f64, f64", i => RoundToIntegral(i)),
        new("cvt.R=rn/rz.f16.f32", "=~f16, f32", i => Halves(i, (x, nearest) => PtxFloats.ToHalf(x, nearest))),
        new("cvt.f32.f16", "=f32, ~f16", i => FromHalf(i, bits => (float)BitConverter.UInt16BitsToHalf(bits))),
        new("cvt.R=rn/rz.?relu.bf16.f32", "=bf16, f32", i => Halves(i, PtxFloats.ToBFloat16), "7.0", 80),
        new("cvt.f32.bf16", "=f32, bf16", i => FromHalf(i, bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)), "7.1", 80),
        new("cvt.R=rn/rz.?relu.f16x2.f32", "=f16x2, f32, f32", i => Halves(i, PtxFloats.ToHalf), "7.0", 80),
        new("cvt.R=rn/rz.?relu.bf16x2.f32", "=bf16x2, f32, f32", i => Halves(i, PtxFloats.ToBFloat16), "7.0", 80),
        new("cvt.R=rna.tf32.f32", "=tf32, f32", Tf32, "7.0", 80),
        new("cvt.R=rn/rz.tf32.f32", "=tf32, f32", Tf32, "7.8", 90),
    ];

    private static PtxOp IntegerToInteger(PtxInstruction i)
    {
        (PtxType to, PtxType from) = (i.Type("D"), i.Type("A"));
        bool holdsAll = to.IsSigned() == from.IsSigned() ? to.Bytes() >= from.Bytes() : to.IsSigned() && to.Bytes() > from.Bytes();
        if (i.Has("sat") && holdsAll)
            throw i.Refuse($"every {from.Text()} fits {to.Text()}: .sat is illegal");
        return from switch
        {
            PtxType.U8 => From<byte>(i, to),
            PtxType.U16 => From<ushort>(i, to),
            PtxType.U32 => From<uint>(i, to),
            PtxType.U64 => From<ulong>(i, to),
            PtxType.S8 => From<sbyte>(i, to),
            PtxType.S16 => From<short>(i, to),
            PtxType.S32 => From<int>(i, to),
            _ => From<long>(i, to),
        };
    }

    private static PtxOp From<TA>(PtxInstruction i, PtxType to) where TA : unmanaged, IBinaryInteger<TA> => to switch
    {
        PtxType.U8 => FromTo<TA, byte>(i),
        PtxType.U16 => FromTo<TA, ushort>(i),
        PtxType.U32 => FromTo<TA, uint>(i),
        PtxType.U64 => FromTo<TA, ulong>(i),
        PtxType.S8 => FromTo<TA, sbyte>(i),
        PtxType.S16 => FromTo<TA, short>(i),
        PtxType.S32 => FromTo<TA, int>(i),
        _ => FromTo<TA, long>(i),
    };

    /// <summary>The result fills the register, extended by the instruction's type.</summary>
    private static PtxOp FromTo<TA, TD>(PtxInstruction i)
        where TA : unmanaged, IBinaryInteger<TA>
        where TD : unmanaged, IBinaryInteger<TD> =>
        (i.Has("sat"), i.Slot(0).Stride == 8) switch
        {
            (false, false) => One<TA, uint, PtxTruncate<TA, TD, uint>>(i),
            (false, true) => One<TA, ulong, PtxTruncate<TA, TD, ulong>>(i),
            (true, false) => One<TA, uint, PtxClamp<TA, TD, uint>>(i),
            _ => One<TA, ulong, PtxClamp<TA, TD, ulong>>(i),
        };

    private static PtxOp FloatToInteger(PtxInstruction i) => i.Type("D") switch
    {
        PtxType.U8 => FloatTo<byte>(i),
        PtxType.U16 => FloatTo<ushort>(i),
        PtxType.U32 => FloatTo<uint>(i),
        PtxType.U64 => FloatTo<ulong>(i),
        PtxType.S8 => FloatTo<sbyte>(i),
        PtxType.S16 => FloatTo<short>(i),
        PtxType.S32 => FloatTo<int>(i),
        _ => FloatTo<long>(i),
    };

    private static PtxOp FloatTo<TD>(PtxInstruction i) where TD : unmanaged, IBinaryInteger<TD> =>
        new PtxFloatToInteger<TD>(i.Slot(0), i.Slot(1), i["R"]!, i.Type("A") == PtxType.F64);

    private static PtxOp IntegerToFloat(PtxInstruction i) => i.Type("A") switch
    {
        PtxType.U8 => ToFloat<byte>(i),
        PtxType.U16 => ToFloat<ushort>(i),
        PtxType.U32 => ToFloat<uint>(i),
        PtxType.U64 => ToFloat<ulong>(i),
        PtxType.S8 => ToFloat<sbyte>(i),
        PtxType.S16 => ToFloat<short>(i),
        PtxType.S32 => ToFloat<int>(i),
        _ => ToFloat<long>(i),
    };

    private static PtxOp ToFloat<TA>(PtxInstruction i) where TA : unmanaged, IBinaryInteger<TA> =>
        i.Type("D") == PtxType.F32 ? One<TA, float, PtxToSingle<TA>>(i) : One<TA, double, PtxToDouble<TA>>(i);

    private static unsafe PtxOp RoundToIntegral(PtxInstruction i)
    {
        (PtxSlot d, PtxSlot a, string rounding) = (i.Slot(0), i.Slot(1), i["R"]!);
        return d.Stride == 8
            ? new PtxEach((w, lane) => w.At<double>(d)[lane] = PtxFloats.ToIntegral(w.At<double>(a)[lane], rounding))
            : new PtxEach((w, lane) =>
                w.At<float>(d)[lane] = PtxFloats.Canonical((float)PtxFloats.ToIntegral(w.At<float>(a)[lane], rounding)));
    }

    /// <summary>One value of 16 bits, or two of which the first becomes the upper half.</summary>
    private static unsafe PtxOp Halves(PtxInstruction i, Func<float, bool, ushort> convert)
    {
        bool nearest = i["R"] == "rn";
        bool relu = i.Has("relu");
        PtxSlot d = i.Slot(0);
        PtxSlot[] sources = [.. Enumerable.Range(1, i.Count - 1).Reverse().Select(i.Slot)];
        return new PtxEach((w, lane) =>
        {
            uint result = 0;
            for (int part = 0; part < sources.Length; part++)
            {
                float value = w.At<float>(sources[part])[lane];
                result |= (uint)convert(relu && value < 0 ? 0 : value, nearest) << (16 * part);
            }
            if (d.Stride == 8)
                w.At<ulong>(d)[lane] = result;
            else
                w.At<uint>(d)[lane] = result;
        });
    }

    private static unsafe PtxOp FromHalf(PtxInstruction i, Func<ushort, float> convert)
    {
        (PtxSlot d, PtxSlot a) = (i.Slot(0), i.Slot(1));
        return new PtxEach((w, lane) =>
            w.At<float>(d)[lane] = PtxFloats.Canonical(convert(*(ushort*)(w.Registers + a.Offset + (lane * a.Stride)))));
    }

    private static unsafe PtxOp Tf32(PtxInstruction i)
    {
        (PtxSlot d, PtxSlot a, string rounding) = (i.Slot(0), i.Slot(1), i["R"]!);
        return new PtxEach((w, lane) => w.At<uint>(d)[lane] = PtxFloats.ToTf32(w.At<float>(a)[lane], rounding));
    }
}

internal readonly struct PtxTruncate<TA, TD, TR> : IPtxScalar1<TA, TR>
    where TA : IBinaryInteger<TA>
    where TD : IBinaryInteger<TD>
    where TR : IBinaryInteger<TR>
{
    public static TR Of(TA a) => TR.CreateTruncating(TD.CreateTruncating(a));
}

internal readonly struct PtxClamp<TA, TD, TR> : IPtxScalar1<TA, TR>
    where TA : IBinaryInteger<TA>
    where TD : IBinaryInteger<TD>
    where TR : IBinaryInteger<TR>
{
    public static TR Of(TA a) => TR.CreateTruncating(TD.CreateSaturating(a));
}

internal readonly struct PtxToSingle<TA> : IPtxScalar1<TA, float> where TA : IBinaryInteger<TA>
{
    public static float Of(TA a) => System.Runtime.CompilerServices.Unsafe.SizeOf<TA>() <= 4
        ? (float)double.CreateTruncating(a) : PtxFloats.ToSingle(Int128.CreateTruncating(a));
}

internal readonly struct PtxToDouble<TA> : IPtxScalar1<TA, double> where TA : IBinaryInteger<TA>
{
    public static double Of(TA a) => System.Runtime.CompilerServices.Unsafe.SizeOf<TA>() <= 4
        ? double.CreateTruncating(a) : PtxFloats.ToDouble(Int128.CreateTruncating(a));
}

internal readonly struct PtxNarrow : IPtxScalar1<double, float>
{
    public static float Of(double a) => PtxFloats.Canonical((float)a);
}

internal readonly struct PtxWiden : IPtxScalar1<float, double>
{
    public static double Of(float a) => a;
}

/// <summary>Into [0, 1]; NaN becomes +0.</summary>
internal readonly struct PtxSaturate : IPtxScalar1<float, float>
{
    public static float Of(float a) => a > 0 ? Math.Min(a, 1) : 0;
}

/// <summary>
/// Float to integer, rounded and clamped to the range. NaN gives 0, or where a double or a 64-bit integer takes part the highest bit
/// alone (PTX ISA, "cvt", integer notes).
/// </summary>
internal sealed unsafe class PtxFloatToInteger<TD>(PtxSlot d, PtxSlot a, string rounding, bool isDouble) : PtxOp
    where TD : unmanaged, IBinaryInteger<TD>
{
    public override void Execute(PtxWarp warp, uint mask)
    {
        for (uint rest = mask; rest != 0;)
        {
            int lane = NextLane(ref rest);
            double value = isDouble ? warp.At<double>(a)[lane] : warp.At<float>(a)[lane];
            TD result = !double.IsNaN(value) ? TD.CreateSaturating(PtxFloats.ToIntegral(value, rounding))
                : isDouble || sizeof(TD) == 8 ? TD.One << ((8 * sizeof(TD)) - 1) : TD.Zero;
            if (d.Stride == 8)
                warp.At<ulong>(d)[lane] = ulong.CreateTruncating(result);
            else
                warp.At<uint>(d)[lane] = uint.CreateTruncating(result);
        }
    }
}
