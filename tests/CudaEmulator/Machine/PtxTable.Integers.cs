namespace VaeGpu.CudaEmulator.Machine;

internal static partial class PtxTable
{
    private const string All = "T=u16/u32/u64/s16/s32/s64";

    private static IEnumerable<PtxForm> Integers() =>
    [
        new("add." + All, "=T, T, T", i => Wide(i) ?? Two<ushort, PtxAdd16>(i) ),
        new("sub." + All, "=T, T, T", i =>
            Is4(i) ? Map2<int, PtxSub<int>>(i) : Is8(i) ? Map2<long, PtxSub<long>>(i) : Two<ushort, PtxSub16>(i)),
        new("add.sat.s32", "=s32, s32, s32", Two<int, PtxAddSaturating>),
        new("sub.sat.s32", "=s32, s32, s32", Two<int, PtxSubSaturating>),
        new("mul.lo." + All, "=T, T, T", i =>
            Is4(i) ? Map2<int, PtxMul<int>>(i) : Is8(i) ? Map2<long, PtxMul<long>>(i) : Two<ushort, PtxMul16>(i)),
        new("mul.hi." + All, "=T, T, T", MulHigh),
        new("mul.wide.T=u16/u32/s16/s32", "=Twide, T, T", MulWide),
        new("mad.lo.T=u32/u64/s32/s64", "=T, T, T, T", i => Is4(i) ? Map3<int, PtxMad<int>>(i) : Map3<long, PtxMad<long>>(i)),
        new("mad.hi.T=u32/u64/s32/s64", "=T, T, T, T", MadHigh),
        new("mad.wide.T=u16/u32/s16/s32", "=Twide, T, T, Twide", MadWide),
        new("div." + All, "=T, T, T", i => Divide(i, remainder: false)),
        new("rem." + All, "=T, T, T", i => Divide(i, remainder: true)),
        new("abs.T=s32/s64", "=T, T", i => Is4(i) ? Map1<int, PtxAbs<int>>(i) : Map1<long, PtxAbs<long>>(i)),
        new("neg.T=s32/s64", "=T, T", i => Is4(i) ? Map1<int, PtxNegate<int>>(i) : Map1<long, PtxNegate<long>>(i)),
        new("min.T=u32/u64/s32/s64", "=T, T, T", i => i.Type() switch
        {
            PtxType.U32 => Map2<uint, PtxMin<uint>>(i),
            PtxType.U64 => Map2<ulong, PtxMin<ulong>>(i),
            PtxType.S32 => Map2<int, PtxMin<int>>(i),
            _ => Map2<long, PtxMin<long>>(i),
        }),
        new("max.T=u32/u64/s32/s64", "=T, T, T", i => i.Type() switch
        {
            PtxType.U32 => Map2<uint, PtxMax<uint>>(i),
            PtxType.U64 => Map2<ulong, PtxMax<ulong>>(i),
            PtxType.S32 => Map2<int, PtxMax<int>>(i),
            _ => Map2<long, PtxMax<long>>(i),
        }),
        new("popc.T=b32/b64", "=u32, T", i =>
            Is4(i) ? One<uint, uint, PtxPopCount<uint>>(i) : One<ulong, uint, PtxPopCount<ulong>>(i), "2.0", 20),
        new("clz.T=b32/b64", "=u32, T", i =>
            Is4(i) ? One<uint, uint, PtxLeadingZeros<uint>>(i) : One<ulong, uint, PtxLeadingZeros<ulong>>(i), "2.0", 20),
        new("bfind.T=u32/u64/s32/s64", "=u32, T", i => i.Type() switch
        {
            PtxType.U32 => One<uint, uint, PtxFindBit<uint>>(i),
            PtxType.U64 => One<ulong, uint, PtxFindBit<ulong>>(i),
            PtxType.S32 => One<int, uint, PtxFindBit<int>>(i),
            _ => One<long, uint, PtxFindBit<long>>(i),
        }, "2.0", 20),
        new("brev.T=b32/b64", "=T, T", i => Is4(i) ? One<uint, uint, PtxReverse32>(i) : One<ulong, ulong, PtxReverse64>(i), "2.0", 20),
        new("bfe.T=u32/u64/s32/s64", "=T, T, u32, u32", ExtractField, "2.0", 20),
        new("bfi.T=b32/b64", "=T, T, T, u32, u32", InsertField, "2.0", 20),
        new("prmt.b32", "=b32, b32, b32, b32", Permute, "2.0", 20),
        new("lop3.b32", "=b32, b32, b32, b32, #b32", Lookup, "4.3", 50),
        new("shf.D=l/r.M=clamp/wrap.b32", "=b32, b32, b32, u32", Funnel, "3.1", 32),
        new("shl.T=b16/b32/b64", "=T, T, u32", i => i.Type() switch
        {
            PtxType.B16 => Shift<ushort, PtxShiftLeft<ushort>>(i),
            PtxType.B32 => Shift<uint, PtxShiftLeft<uint>>(i),
            _ => Shift<ulong, PtxShiftLeft<ulong>>(i),
        }),
        new("shr.T=b16/b32/b64/u16/u32/u64/s16/s32/s64", "=T, T, u32", i => i.Type() switch
        {
            PtxType.S16 => Shift<short, PtxShiftRight<short>>(i),
            PtxType.S32 => Shift<int, PtxShiftRight<int>>(i),
            PtxType.S64 => Shift<long, PtxShiftRight<long>>(i),
            PtxType.B16 or PtxType.U16 => Shift<ushort, PtxShiftRight<ushort>>(i),
            PtxType.B32 or PtxType.U32 => Shift<uint, PtxShiftRight<uint>>(i),
            _ => Shift<ulong, PtxShiftRight<ulong>>(i),
        }),
        new("and.T=b16/b32/b64", "=T, T, T", i => Is8(i) ? Map2<ulong, PtxAnd<ulong>>(i) : Map2<uint, PtxAnd<uint>>(i)),
        new("or.T=b16/b32/b64", "=T, T, T", i => Is8(i) ? Map2<ulong, PtxOr<ulong>>(i) : Map2<uint, PtxOr<uint>>(i)),
        new("xor.T=b16/b32/b64", "=T, T, T", i => Is8(i) ? Map2<ulong, PtxXor<ulong>>(i) : Map2<uint, PtxXor<uint>>(i)),
        new("not.T=b16/b32/b64", "=T, T", i => Is8(i) ? Map1<ulong, PtxNot<ulong>>(i) : Map1<uint, PtxNot<uint>>(i)),
        new("and.pred", "=pred, pred, pred", i => new PtxPredicateOp(i.Argument(0), (a, b) => a & b, i.Argument(1), i.Argument(2))),
        new("or.pred", "=pred, pred, pred", i => new PtxPredicateOp(i.Argument(0), (a, b) => a | b, i.Argument(1), i.Argument(2))),
        new("xor.pred", "=pred, pred, pred", i => new PtxPredicateOp(i.Argument(0), (a, b) => a ^ b, i.Argument(1), i.Argument(2))),
        new("not.pred", "=pred, pred", i => new PtxPredicateOp(i.Argument(0), (a, _) => ~a, i.Argument(1), null)),
    ];

    private static bool Is4(PtxInstruction i) => i.Type().Bytes() == 4;

    private static bool Is8(PtxInstruction i) => i.Type().Bytes() == 8;

    private static PtxOp? Wide(PtxInstruction i) => Is4(i) ? Map2<int, PtxAdd<int>>(i) : Is8(i) ? Map2<long, PtxAdd<long>>(i) : null;

    private static PtxOp Map1<T, TOp>(PtxInstruction i) where T : unmanaged where TOp : struct, IPtxVector1<T> =>
        new PtxMap1<T, TOp>(i.Slot(0), i.Slot(1));

    private static PtxOp Map2<T, TOp>(PtxInstruction i) where T : unmanaged where TOp : struct, IPtxVector2<T> =>
        new PtxMap2<T, TOp>(i.Slot(0), i.Slot(1), i.Slot(2));

    private static PtxOp Map3<T, TOp>(PtxInstruction i) where T : unmanaged where TOp : struct, IPtxVector3<T> =>
        new PtxMap3<T, TOp>(i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3));

    private static PtxOp One<TA, TR, TOp>(PtxInstruction i)
        where TA : unmanaged
        where TR : unmanaged
        where TOp : struct, IPtxScalar1<TA, TR> =>
        new PtxScalar1<TA, TR, TOp>(i.Slot(0), i.Slot(1));

    private static PtxOp Two<T, TOp>(PtxInstruction i) where T : unmanaged where TOp : struct, IPtxScalar2<T, T, T> =>
        new PtxScalar2<T, T, T, TOp>(i.Slot(0), i.Slot(1), i.Slot(2));

    private static PtxOp Shift<T, TOp>(PtxInstruction i) where T : unmanaged where TOp : struct, IPtxScalar2<T, uint, T> =>
        new PtxScalar2<T, uint, T, TOp>(i.Slot(0), i.Slot(1), i.Slot(2));

    private static PtxOp MulHigh(PtxInstruction i) => i.Type() switch
    {
        PtxType.U16 => Two<ushort, PtxMulHigh<ushort, uint>>(i),
        PtxType.S16 => Two<short, PtxMulHigh<short, int>>(i),
        PtxType.U32 => Two<uint, PtxMulHigh<uint, ulong>>(i),
        PtxType.S32 => Two<int, PtxMulHigh<int, long>>(i),
        PtxType.U64 => Two<ulong, PtxMulHigh<ulong, UInt128>>(i),
        _ => Two<long, PtxMulHigh<long, Int128>>(i),
    };

    private static PtxOp MadHigh(PtxInstruction i) => i.Type() switch
    {
        PtxType.U32 => new PtxScalar3<uint, uint, uint, uint, PtxMadHigh<uint, ulong>>(i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3)),
        PtxType.S32 => new PtxScalar3<int, int, int, int, PtxMadHigh<int, long>>(i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3)),
        PtxType.U64 => new PtxScalar3<ulong, ulong, ulong, ulong, PtxMadHigh<ulong, UInt128>>(i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3)),
        _ => new PtxScalar3<long, long, long, long, PtxMadHigh<long, Int128>>(i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3)),
    };

    private static PtxOp MulWide(PtxInstruction i) => i.Type() switch
    {
        PtxType.U16 => new PtxScalar2<ushort, ushort, uint, PtxMulWide<ushort, uint>>(i.Slot(0), i.Slot(1), i.Slot(2)),
        PtxType.S16 => new PtxScalar2<short, short, int, PtxMulWide<short, int>>(i.Slot(0), i.Slot(1), i.Slot(2)),
        PtxType.U32 => new PtxScalar2<uint, uint, ulong, PtxMulWide<uint, ulong>>(i.Slot(0), i.Slot(1), i.Slot(2)),
        _ => new PtxScalar2<int, int, long, PtxMulWide<int, long>>(i.Slot(0), i.Slot(1), i.Slot(2)),
    };

    private static PtxOp MadWide(PtxInstruction i) => i.Type() switch
    {
        PtxType.U16 => new PtxScalar3<ushort, ushort, uint, uint, PtxMadWide<ushort, uint>>(i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3)),
        PtxType.S16 => new PtxScalar3<short, short, int, int, PtxMadWide<short, int>>(i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3)),
        PtxType.U32 => new PtxScalar3<uint, uint, ulong, ulong, PtxMadWide<uint, ulong>>(i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3)),
        _ => new PtxScalar3<int, int, long, long, PtxMadWide<int, long>>(i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3)),
    };

    private static PtxOp Divide(PtxInstruction i, bool remainder) => i.Type() switch
    {
        PtxType.U16 => new PtxDivide<ushort>(i.Slot(0), i.Slot(1), i.Slot(2), remainder),
        PtxType.S16 => new PtxDivide<short>(i.Slot(0), i.Slot(1), i.Slot(2), remainder),
        PtxType.U32 => new PtxDivide<uint>(i.Slot(0), i.Slot(1), i.Slot(2), remainder),
        PtxType.S32 => new PtxDivide<int>(i.Slot(0), i.Slot(1), i.Slot(2), remainder),
        PtxType.U64 => new PtxDivide<ulong>(i.Slot(0), i.Slot(1), i.Slot(2), remainder),
        _ => new PtxDivide<long>(i.Slot(0), i.Slot(1), i.Slot(2), remainder),
    };

    /// <summary>Position and length of a bit field, as constants, have 8 bits.</summary>
    private static void CheckField(PtxInstruction i, int first)
    {
        foreach (int at in (int[])[first, first + 1])
        {
            if (i.Argument(at).Constant is { } value && value > 255)
                throw i.Refuse("position and length of a bit field are 0 to 255");
        }
    }

    private static unsafe PtxOp ExtractField(PtxInstruction i)
    {
        CheckField(i, 2);
        (PtxSlot d, PtxSlot a, PtxSlot position, PtxSlot length, bool signed) =
            (i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3), i.Type().IsSigned());
        return Is4(i)
            ? new PtxEach((w, lane) => w.At<uint>(d)[lane] =
                (uint)PtxBits.Extract(w.At<uint>(a)[lane], w.At<uint>(position)[lane], w.At<uint>(length)[lane], 32, signed))
            : new PtxEach((w, lane) => w.At<ulong>(d)[lane] =
                PtxBits.Extract(w.At<ulong>(a)[lane], w.At<uint>(position)[lane], w.At<uint>(length)[lane], 64, signed));
    }

    private static unsafe PtxOp InsertField(PtxInstruction i)
    {
        CheckField(i, 3);
        (PtxSlot d, PtxSlot a, PtxSlot b, PtxSlot position, PtxSlot length) = (i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3), i.Slot(4));
        return Is4(i)
            ? new PtxEach((w, lane) => w.At<uint>(d)[lane] =
                (uint)PtxBits.Insert(w.At<uint>(a)[lane], w.At<uint>(b)[lane], w.At<uint>(position)[lane], w.At<uint>(length)[lane], 32))
            : new PtxEach((w, lane) => w.At<ulong>(d)[lane] =
                PtxBits.Insert(w.At<ulong>(a)[lane], w.At<ulong>(b)[lane], w.At<uint>(position)[lane], w.At<uint>(length)[lane], 64));
    }

    private static unsafe PtxOp Permute(PtxInstruction i)
    {
        (PtxSlot d, PtxSlot a, PtxSlot b, PtxSlot selector) = (i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3));
        return new PtxEach((w, lane) =>
            w.At<uint>(d)[lane] = PtxBits.Permute(w.At<uint>(a)[lane], w.At<uint>(b)[lane], w.At<uint>(selector)[lane]));
    }

    private static unsafe PtxOp Lookup(PtxInstruction i)
    {
        (PtxSlot d, PtxSlot a, PtxSlot b, PtxSlot c) = (i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3));
        int table = i.Constant(4) is >= 0 and <= 255 and var found ? found : throw i.Refuse("the table has 8 bits");
        return new PtxEach((w, lane) =>
            w.At<uint>(d)[lane] = PtxBits.Lookup(w.At<uint>(a)[lane], w.At<uint>(b)[lane], w.At<uint>(c)[lane], table));
    }

    private static unsafe PtxOp Funnel(PtxInstruction i)
    {
        (PtxSlot d, PtxSlot a, PtxSlot b, PtxSlot count) = (i.Slot(0), i.Slot(1), i.Slot(2), i.Slot(3));
        (bool left, bool wrap) = (i["D"] == "l", i["M"] == "wrap");
        return new PtxEach((w, lane) =>
            w.At<uint>(d)[lane] = PtxBits.Funnel(w.At<uint>(a)[lane], w.At<uint>(b)[lane], w.At<uint>(count)[lane], left, wrap));
    }
}
