using System.Numerics;

namespace VaeGpu.CudaEmulator.Machine;

internal static partial class PtxTable
{
    private static IEnumerable<PtxForm> Floats() =>
    [
        new("add.?rn.T=f32/f64", "=T, T, T", i => Is4(i) ? Map2<float, PtxAdd<float>>(i) : Map2<double, PtxAdd<double>>(i)),
        new("sub.?rn.T=f32/f64", "=T, T, T", i => Is4(i) ? Map2<float, PtxSub<float>>(i) : Map2<double, PtxSub<double>>(i)),
        new("mul.?rn.T=f32/f64", "=T, T, T", i => Is4(i) ? Map2<float, PtxMul<float>>(i) : Map2<double, PtxMul<double>>(i)),
        new("fma.rn.f32", "=f32, f32, f32, f32", Map3<float, PtxFmaSingle>, "2.0", 20),
        new("fma.rn.f64", "=f64, f64, f64, f64", Map3<double, PtxFmaDouble>, "1.4", 13),
        new("mad.rn.f32", "=f32, f32, f32, f32", Map3<float, PtxFmaSingle>, "2.0", 20),
        new("mad.rn.f64", "=f64, f64, f64, f64", Map3<double, PtxFmaDouble>, "1.4", 13),
        new("div.rn.T=f32/f64", "=T, T, T", i =>
            Is4(i) ? Map2<float, PtxQuotient<float>>(i) : Map2<double, PtxQuotient<double>>(i), "2.0", 20),
        new("rcp.rn.T=f32/f64", "=T, T", i =>
            Is4(i) ? Map1<float, PtxReciprocal<float>>(i) : Map1<double, PtxReciprocal<double>>(i), "2.0", 20),
        new("sqrt.rn.T=f32/f64", "=T, T", i => Is4(i) ? Map1<float, PtxSqrt<float>>(i) : Map1<double, PtxSqrt<double>>(i), "2.0", 20),
        new("abs.T=f32/f64", "=T, T", i => Is4(i) ? Map1<float, PtxAbs<float>>(i) : Map1<double, PtxAbs<double>>(i)),
        new("neg.T=f32/f64", "=T, T", i => Is4(i) ? Map1<float, PtxNegate<float>>(i) : Map1<double, PtxNegate<double>>(i)),
        new("min.T=f32/f64", "=T, T, T", i => Is4(i) ? Two<float, PtxMinNumber<float>>(i) : Two<double, PtxMinNumber<double>>(i)),
        new("max.T=f32/f64", "=T, T, T", i => Is4(i) ? Two<float, PtxMaxNumber<float>>(i) : Two<double, PtxMaxNumber<double>>(i)),
        new("min.NaN.f32", "=f32, f32, f32", Two<float, PtxMinNaN>, "7.0", 80),
        new("max.NaN.f32", "=f32, f32, f32", Two<float, PtxMaxNaN>, "7.0", 80),
        new("copysign.T=f32/f64", "=T, T, T", i =>
            Is4(i) ? Two<float, PtxCopySign<float>>(i) : Two<double, PtxCopySign<double>>(i), "2.0", 20),
        new("div.approx/full.f32", "=f32, f32, f32", i => Approximate(i, (a, b) => a / b)),
        new("rcp.approx.f32", "=f32, f32", i => Approximate(i, (a, _) => 1 / a)),
        new("sqrt.approx.f32", "=f32, f32", i => Approximate(i, (a, _) => MathF.Sqrt(a))),
        new("rsqrt.approx.f32", "=f32, f32", i => Approximate(i, (a, _) => 1 / MathF.Sqrt(a))),
        new("sin.approx.f32", "=f32, f32", i => Approximate(i, (a, _) => MathF.Sin(a))),
        new("cos.approx.f32", "=f32, f32", i => Approximate(i, (a, _) => MathF.Cos(a))),
        new("lg2.approx.f32", "=f32, f32", i => Approximate(i, (a, _) => MathF.Log2(a))),
        new("ex2.approx.f32", "=f32, f32", i => Approximate(i, (a, _) => MathF.Pow(2, a))),
        new("tanh.approx.f32", "=f32, f32", i => Approximate(i, (a, _) => MathF.Tanh(a)), "7.0", 75),
    ];

    private static PtxOp Approximate(PtxInstruction i, Func<float, float, float> function) =>
        new PtxApproximation(i.Slot(0), i.Slot(1), i.Slot(i.Count - 1), function);

    private static IEnumerable<PtxForm> Comparisons()
    {
        const string bits = "C=eq/ne.T=b16/b32/b64";
        const string signed = "C=eq/ne/lt/le/gt/ge.T=s16/s32/s64";
        const string unsigned = "C=eq/ne/lt/le/gt/ge/lo/ls/hi/hs.T=u16/u32/u64";
        const string floats = "C=eq/ne/lt/le/gt/ge/equ/neu/ltu/leu/gtu/geu/num/nan.T=f32/f64";
        foreach (string kind in (string[])[bits, signed, unsigned, floats])
        {
            string[] parts = kind.Split('.');
            yield return new($"setp.{kind}", "=pred|=pred, T, T", i => Compare(i, 1, null));
            yield return new($"setp.{parts[0]}.B=and/or/xor.{parts[1]}", "=pred|=pred, T, T, !pred", i => Compare(i, 1, null));
            yield return new($"set.{parts[0]}.D=u32/s32/f32.{parts[1]}", "=D, T, T", i =>
                Compare(i, 1, i["D"] == "f32" ? 0x3F800000 : uint.MaxValue));
            yield return new($"set.{parts[0]}.B=and/or/xor.D=u32/s32/f32.{parts[1]}", "=D, T, T, !pred", i =>
                Compare(i, 1, i["D"] == "f32" ? 0x3F800000 : uint.MaxValue));
        }
        yield return new("selp.T=b16/b32/b64/u16/u32/u64/s16/s32/s64/f32/f64", "=T, T, T, pred", i =>
            Is8(i) ? new PtxSelect<ulong>(i.Slot(0), i.Slot(1), i.Slot(2), i.Argument(3))
                : new PtxSelect<uint>(i.Slot(0), i.Slot(1), i.Slot(2), i.Argument(3)));
        yield return new("slct.T=b32/b64/u32/u64/s32/s64/f32/f64.s32", "=T, T, T, s32", SelectBySign);
    }

    private static unsafe PtxOp SelectBySign(PtxInstruction i)
    {
        (PtxSlot d, PtxSlot a, PtxSlot b, PtxSlot c) = (i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3));
        return Is8(i)
            ? new PtxEach((w, lane) => w.At<ulong>(d)[lane] = w.At<int>(c)[lane] >= 0 ? w.At<ulong>(a)[lane] : w.At<ulong>(b)[lane])
            : new PtxEach((w, lane) => w.At<uint>(d)[lane] = w.At<int>(c)[lane] >= 0 ? w.At<uint>(a)[lane] : w.At<uint>(b)[lane]);
    }

    private static PtxOp Compare(PtxInstruction i, int a, uint? one)
    {
        PtxCombine combine = new(i["B"], i["B"] is null ? null : i.Argument(a + 2), one);
        string comparison = i["C"]!;
        PtxArgument target = i.Argument(0);
        PtxSlot x = i.Slot(a);
        PtxSlot y = i.Slot(a + 1);
        return i.Type() switch
        {
            PtxType.B16 or PtxType.U16 => new PtxCompareEach(target, Holds(comparison), false, x, y, combine),
            PtxType.S16 => new PtxCompareEach(target, Holds(comparison), true, x, y, combine),
            PtxType.B32 or PtxType.U32 => Compare<uint>(comparison, target, x, y, combine),
            PtxType.S32 => Compare<int>(comparison, target, x, y, combine),
            PtxType.B64 or PtxType.U64 => Compare<ulong>(comparison, target, x, y, combine),
            PtxType.S64 => Compare<long>(comparison, target, x, y, combine),
            PtxType.F32 => Compare<float>(comparison, target, x, y, combine),
            _ => Compare<double>(comparison, target, x, y, combine),
        };
    }

    private static Func<int, int, bool> Holds(string comparison) => comparison switch
    {
        "eq" => (a, b) => a == b,
        "ne" => (a, b) => a != b,
        "lt" or "lo" => (a, b) => a < b,
        "le" or "ls" => (a, b) => a <= b,
        "gt" or "hi" => (a, b) => a > b,
        _ => (a, b) => a >= b,
    };

    /// <summary>Comparisons with a NaN are false, those ending in u true; ne of numbers is false with a NaN too.</summary>
    private static PtxOp Compare<T>(string comparison, PtxArgument target, PtxSlot x, PtxSlot y, PtxCombine combine)
        where T : unmanaged, INumber<T> => comparison switch
    {
        "eq" => new PtxCompare<T, PtxEqual<T>>(target, x, y, combine),
        "ne" => new PtxCompare<T, PtxNotEqual<T>>(target, x, y, combine),
        "lt" or "lo" => new PtxCompare<T, PtxLess<T>>(target, x, y, combine),
        "le" or "ls" => new PtxCompare<T, PtxLessOrEqual<T>>(target, x, y, combine),
        "gt" or "hi" => new PtxCompare<T, PtxLess<T>>(target, y, x, combine),
        "ge" or "hs" => new PtxCompare<T, PtxLessOrEqual<T>>(target, y, x, combine),
        "equ" => new PtxCompare<T, PtxEqualOrNaN<T>>(target, x, y, combine),
        "neu" => new PtxCompare<T, PtxNotEqualOrNaN<T>>(target, x, y, combine),
        "ltu" => new PtxCompare<T, PtxNotLessOrEqual<T>>(target, y, x, combine),
        "leu" => new PtxCompare<T, PtxNotLess<T>>(target, y, x, combine),
        "gtu" => new PtxCompare<T, PtxNotLessOrEqual<T>>(target, x, y, combine),
        "geu" => new PtxCompare<T, PtxNotLess<T>>(target, x, y, combine),
        "num" => new PtxCompare<T, PtxNumbers<T>>(target, x, y, combine),
        _ => new PtxCompare<T, PtxAnyNaN<T>>(target, x, y, combine),
    };
}
