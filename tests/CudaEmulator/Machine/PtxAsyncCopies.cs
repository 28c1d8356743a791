namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// The cp.async copies that a warp's lanes began and have not waited for. The bytes arrive when the lane waits; until then they belong to
/// nobody.
/// </summary>
internal sealed unsafe class PtxAsyncCopies(PtxWarp warp)
{
    private readonly List<Copy> pending = [];
    private readonly int[] committed = new int[32];

    public void Reset()
    {
        pending.Clear();
        Array.Clear(committed);
    }

    /// <param name="source">Where those of the data's bytes come from that are no filling.</param>
    public void Begin(int lane, byte* target, byte* known, ReadOnlySpan<byte> data, ulong source, int sourceBytes)
    {
        new Span<byte>(known, data.Length).Fill(PtxShared.Pending);
        pending.Add(new(lane, committed[lane], (nint)target, (nint)known, data.ToArray(), source, sourceBytes, warp.Group.Clock.Now));
    }

    public void Commit(uint lanes)
    {
        for (int lane = 0; lane < 32; lane++)
            committed[lane] += (int)(lanes >> lane & 1);
    }

    /// <summary>Completes all but the latest groups of each lane; with −1 also what was not committed.</summary>
    public void Wait(PtxOp op, uint lanes, int latest)
    {
        int kept = 0;
        for (int i = 0; i < pending.Count; i++)
        {
            Copy copy = pending[i];
            bool stays = (lanes >> copy.Lane & 1) == 0 || (latest >= 0 && copy.Group >= committed[copy.Lane] - latest);
            if (stays)
                pending[kept++] = copy;
            else
                Complete(op, copy);
        }
        pending.RemoveRange(kept, pending.Count - kept);
    }

    private void Complete(PtxOp op, Copy copy)
    {
        byte* target = (byte*)copy.Target;
        copy.Data.CopyTo(new Span<byte>(target, copy.Data.Length));
        new Span<byte>((byte*)copy.Known, copy.Data.Length).Fill(PtxShared.Written);
        warp.Group.Shared.NoteWrite(warp, op, copy.Lane, target, copy.Data.Length);
        if (copy.SourceBytes > 0)
            PtxGlobalSpace.EndCopy(warp, op, copy.Lane, copy.Source, copy.SourceBytes, copy.Began);
    }

    private readonly record struct Copy(
        int Lane, int Group, nint Target, nint Known, byte[] Data, ulong Source, int SourceBytes, ulong Began);
}
