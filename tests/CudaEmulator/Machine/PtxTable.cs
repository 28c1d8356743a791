namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// Every form of every instruction that the machine knows, with the ISA version and target that first had it (PTX ISA, each instruction's
/// "PTX ISA Notes" and "Target ISA Notes"). What the ISA has and this table has not (ftz, directed rounding of sums, textures …) is
/// refused.
/// </summary>
internal static partial class PtxTable
{
    public static Dictionary<string, PtxForm[]> Forms { get; } =
        new[] { Integers(), Floats(), Comparisons(), Moves(), Conversions(), Accesses(), Synchronization(), Flow() }
            .SelectMany(forms => forms).GroupBy(form => form.Opcode).ToDictionary(group => group.Key, group => group.ToArray());

    private static IEnumerable<PtxForm> Flow() =>
    [
        new("bra.?uni", "@", i => new PtxBranch(i.Argument(0).Target, i.Has("uni"))),
        new("ret.?uni", "", _ => new PtxLeave(trap: false)),
        new("exit", "", _ => new PtxLeave(trap: false)),
        new("trap", "", _ => new PtxLeave(trap: true)),
        new("nanosleep.u32", "u32", _ => new PtxNothing(), "6.3", 70),
    ];

    private static IEnumerable<PtxForm> Synchronization() =>
    [
        new("bar.?cta.sync", "u32, u32?", i => Barrier(i, aligned: true)),
        new("bar.?cta.arrive", "u32, u32", i => Barrier(i, aligned: true), "2.0", 20),
        new("bar.?cta.red.popc.u32", "=u32, u32, u32, !pred", i => Reduction(i, "popc", true), "2.0", 20),
        new("bar.?cta.red.popc.u32", "=u32, u32, !pred", i => Reduction(i, "popc", true), "2.0", 20),
        new("bar.?cta.red.O=and/or.pred", "=pred, u32, u32, !pred", i => Reduction(i, i["O"]!, true), "2.0", 20),
        new("bar.?cta.red.O=and/or.pred", "=pred, u32, !pred", i => Reduction(i, i["O"]!, true), "2.0", 20),
        new("barrier.?cta.sync.?aligned", "u32, u32?", i => Barrier(i, i.Has("aligned")), "6.0", 30),
        new("barrier.?cta.arrive.?aligned", "u32, u32", i => Barrier(i, i.Has("aligned")), "6.0", 30),
        new("barrier.?cta.red.popc.?aligned.u32", "=u32, u32, !pred", i => Reduction(i, "popc", i.Has("aligned")), "6.0", 30),
        new("barrier.?cta.red.O=and/or.?aligned.pred", "=pred, u32, !pred", i => Reduction(i, i["O"]!, i.Has("aligned")), "6.0", 30),
        new("bar.warp.sync", "u32", i => new PtxWarpBarrier(i.Slot(0)), "6.0", 30),
        new("membar.cta/gl/sys", "", _ => new PtxNothing()),
        new("fence.?sc/acq_rel.cta/gpu/sys", "", _ => new PtxNothing(), "6.0", 70),
        new("shfl.sync.M=up/down/bfly/idx.b32", "=b32|=pred, b32, b32, b32, b32", i =>
            new PtxShuffle(i["M"]!, i.Slot(0), i.Argument(0).Second, i.Slot(1), i.Slot(2), i.Slot(3), i.Slot(4)), "6.0", 30),
        new("vote.sync.M=all/any/uni.pred", "=pred, !pred, $b32", i =>
            new PtxVote(i["M"]!, i.Argument(0), i.Argument(1), i.Slot(2)), "6.0", 30),
        new("vote.sync.M=ballot.b32", "=b32, !pred, $b32", i => new PtxVote(i["M"]!, i.Argument(0), i.Argument(1), i.Slot(2)), "6.0", 30),
        new("match.any.sync.T=b32/b64", "=$b32, $T, $b32", i => new PtxMatch(false, i.Slot(0), null, i.Slot(1), i.Slot(2)), "6.0", 70),
        new("match.all.sync.T=b32/b64", "=$b32|=pred, $T, $b32", i =>
            new PtxMatch(true, i.Slot(0), i.Argument(0).Second, i.Slot(1), i.Slot(2)), "6.0", 70),
        new("redux.sync.O=add/min/max.T=u32/s32", "=$T, $T, $b32", Redux, "7.0", 80),
        new("redux.sync.O=and/or/xor.T=b32", "=$T, $T, $b32", Redux, "7.0", 80),
        new("activemask.b32", "=b32", i => new PtxActiveMask(i.Slot(0)), "6.2", 30),
        new("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", "4:=^f32, 4:^b32, 2:^b32, 4:^f32", i =>
            Mma(i, 8, PtxType.TF32), "7.0", 80),
        new("mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32", "4:=^f32, 2:^b32, 1:^b32, 4:^f32", i =>
            Mma(i, 4, PtxType.TF32), "7.0", 80),
        new("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", "4:=^f32, 4:^b32, 2:^b32, 4:^f32", i =>
            Mma(i, 16, PtxType.BF16), "7.0", 80),
        new("mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32", "4:=^f32, 2:^b32, 1:^b32, 4:^f32", i =>
            Mma(i, 8, PtxType.BF16), "7.0", 80),
        new("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", "4:=^f32, 4:^b32, 2:^b32, 4:^f32", i =>
            Mma(i, 16, PtxType.F16), "7.0", 80),
        new("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32", "4:=^f32, 2:^b32, 1:^b32, 4:^f32", i => Mma(i, 8, PtxType.F16), "6.5", 75),
        new("ldmatrix.sync.aligned.m8n8.V=x1/x2/x4.?trans.?S=shared/shared::cta.b16", "V:=b32, [S]", i =>
            new PtxLoadMatrix(i.Argument(1).Address!, i.Has("trans"), i.Slots(0)), "6.5", 75),
        new("cp.async.C=ca.shared/shared::cta.global.?L2::64B/L2::128B/L2::256B", "[shared], [global], #u32, u32?", Copy, "7.0", 80),
        new("cp.async.C=cg.shared/shared::cta.global.?L2::64B/L2::128B/L2::256B", "[shared], [global], #u32, u32?", Copy, "7.0", 80),
        new("cp.async.C=ca.shared/shared::cta.global.?L2::64B/L2::128B/L2::256B", "[shared], [global], #u32, pred", Copy, "7.5", 80),
        new("cp.async.C=cg.shared/shared::cta.global.?L2::64B/L2::128B/L2::256B", "[shared], [global], #u32, pred", Copy, "7.5", 80),
        new("cp.async.commit_group", "", _ => new PtxAsyncWait(null), "7.0", 80),
        new("cp.async.wait_group", "#u32", i => new PtxAsyncWait(i.Constant(0)), "7.0", 80),
        new("cp.async.wait_all", "", _ => new PtxAsyncWait(-1), "7.0", 80),
    ];

    private static PtxBarrier Barrier(PtxInstruction i, bool aligned)
    {
        CheckBarrier(i, 0, i.Count);
        return new(new(i.Has("arrive"), null), aligned, i.Slot(0), i.Count > 1 ? i.Slot(1) : null, null, null);
    }

    private static PtxBarrier Reduction(PtxInstruction i, string operation, bool aligned)
    {
        CheckBarrier(i, 1, i.Count - 1);
        return new(new(false, operation), aligned, i.Slot(1), i.Count > 3 ? i.Slot(2) : null, i.Argument(0), i.Argument(i.Count - 1));
    }

    /// <summary>The barrier's number and, where there is one, its count of threads.</summary>
    private static void CheckBarrier(PtxInstruction i, int first, int end)
    {
        if (i.Argument(first).Constant is { } number && number > 15)
            throw i.Refuse($"barrier {number}; there are 0 to 15");
        if (end > first + 1 && i.Argument(first + 1).Constant is { } count && (count % 32 != 0 || count < 32 || count > 1024))
            throw i.Refuse($"a thread count of {count} is no multiple of the warp size");
    }

    private static PtxRedux Redux(PtxInstruction i) => new(i["O"]!, i.Type() == PtxType.S32, i.Slot(0), i.Slot(1), i.Slot(2));

    private static PtxMma Mma(PtxInstruction i, int k, PtxType type) => new(k, type, i.Slots(0), i.Slots(1), i.Slots(2), i.Slots(3));

    private static PtxAsyncCopy Copy(PtxInstruction i)
    {
        int bytes = i.Constant(2);
        bool fits = i["C"] == "cg" ? bytes == 16 : bytes is 4 or 8 or 16;
        PtxArgument? last = i.Count > 3 ? i.Argument(3) : null;
        if (last?.Constant is { } given && given > bytes)
            throw i.Refuse($"a src-size of {given} for a copy of {bytes} bytes");
        return fits ? new(i.Argument(0).Address!, i.Argument(1).Address!, bytes, last?.Slot, last is { Predicate: >= 0 } ? last : null)
            : throw i.Refuse($"copies {(i["C"] == "cg" ? "16" : "4, 8 or 16")} bytes, not {bytes}");
    }
}
