namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// Finds the reads of registers that no path reaches unwritten. They need no check while running; the others are marked to be checked,
/// and the writes of their registers to be remembered. A forward analysis over the statements: a register is defined where it is on every
/// way in.
/// </summary>
internal sealed class PtxDefinedness(PtxOp[] code, List<(int[] Reads, int[] Writes)> effects, int general, int predicateBase)
{
    private int Number(int register) => register >= predicateBase ? register - predicateBase + general : register;

    public void Apply()
    {
        int count = 1 + effects.SelectMany(effect => effect.Reads.Concat(effect.Writes)).Select(Number).DefaultIfEmpty(0).Max();
        int words = (count + 63) / 64;
        ulong[]?[] incoming = new ulong[]?[code.Length + 1];
        incoming[0] = new ulong[words];
        Flow(incoming, words);
        HashSet<int> uncertain = [];
        HashSet<int> written = [.. effects.SelectMany(effect => effect.Writes).Select(Number)];
        for (int i = 0; i < code.Length; i++)
        {
            ulong[]? before = incoming[i];
            int[] open = before is null ? []
                : [.. effects[i].Reads.Select(Number).Distinct().Where(register => (before[register / 64] >> (register % 64) & 1) == 0
                && !IsConstant(register, written))];
            code[i].Checked = open;
            uncertain.UnionWith(open);
        }
        for (int i = 0; i < code.Length; i++)
            code[i].Marked = [.. effects[i].Writes.Select(Number).Distinct().Where(uncertain.Contains)];
    }

    /// <summary>
    /// Constant predicates are read and never written by the text; a register that is never written is a fault at its first read.
    /// </summary>
    private bool IsConstant(int register, HashSet<int> written) =>
        register >= general && !written.Contains(register) && ConstantPredicates.Contains(register - general);

    public required HashSet<int> ConstantPredicates { get; init; }

    private void Flow(ulong[]?[] incoming, int words)
    {
        bool changed = true;
        ulong[] outgoing = new ulong[words];
        while (changed)
        {
            changed = false;
            for (int i = 0; i < code.Length; i++)
            {
                if (incoming[i] is not { } before)
                    continue;
                before.CopyTo(outgoing, 0);
                if (code[i].Guard < 0)
                {
                    foreach (int register in effects[i].Writes.Select(Number))
                        outgoing[register / 64] |= 1ul << (register % 64);
                }
                bool falls = code[i].Guard >= 0 || code[i] is not (PtxLeave or PtxBranch);
                if (falls)
                    changed |= Meet(ref incoming[i + 1], outgoing);
                if (code[i] is PtxBranch branch)
                    changed |= Meet(ref incoming[branch.Target], outgoing);
            }
        }
    }

    private static bool Meet(ref ulong[]? state, ulong[] other)
    {
        if (state is null)
        {
            state = [.. other];
            return true;
        }
        bool changed = false;
        for (int i = 0; i < state.Length; i++)
        {
            ulong both = state[i] & other[i];
            changed |= both != state[i];
            state[i] = both;
        }
        return changed;
    }
}
