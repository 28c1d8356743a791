namespace VaeGpu.Gpu.Passes;

/// <summary>
/// A load of an address that was loaded, or stored to, before gives the value that is known already, as long as nothing
/// between can have written there: no store or atomic to that kind of memory, no barrier, no loop or branch that holds one.
/// </summary>
internal sealed class ReuseLoads : Rewriter
{
    private readonly Dictionary<StructuredInstruction, int> writes = new(ReferenceEqualityComparer.Instance);
    private Dictionary<Value, Content> known = [];

    /// <summary>What lies at an address.</summary>
    private sealed record Content(MemoryType Memory, Value Value);

    /// <summary>Sets of address spaces, a bit for each.</summary>
    private const int Nowhere = 0, Everywhere = 1 << (int)AddressSpace.Global | 1 << (int)AddressSpace.Shared;

    public static Function Apply(Function function)
    {
        var pass = new ReuseLoads();
        pass.FindWrites(function.Body);
        return pass.Run(function);
    }

    private int FindWrites(Region region)
    {
        int all = Nowhere;
        foreach (Instruction i in region.Instructions)
        {
            if (i is StructuredInstruction structured)
            {
                all |= writes[structured] = structured.Regions.Aggregate(Nowhere, (inside, inner) => inside | FindWrites(inner));
            }
            else
            {
                all |= WrittenBy(i);
            }
        }
        return all;
    }

    private static int WrittenBy(Instruction i) =>
        i.Op == Op.Store || i.Op.IsAtomic() ? 1 << (int)i.Operands[0].Type.Space
        : i.Op.IsBarrier() || i.Op is Op.WarpBarrier or Op.FenceGroup or Op.FenceDevice or Op.Assembly ? Everywhere
        : Nowhere;

    protected override Value Rewrite(Instruction i)
    {
        if (i.Op == Op.Load && i.Operands.Length == 1)
        {
            Value pointer = Map(i.Operands[0]);
            if (!known.TryGetValue(pointer, out Content? content) || content.Memory != i.Memory)
                known[pointer] = content = new Content(i.Memory, base.Rewrite(i));
            return content.Value;
        }
        Forget(WrittenBy(i));
        Value result = base.Rewrite(i);
        // What is stored in fewer bits comes back changed.
        if (i.Op == Op.Store && i.Memory.Bytes() == i.Operands[1].Type.Bytes)
            known[Map(i.Operands[0])] = new Content(i.Memory, Map(i.Operands[1]));
        return result;
    }

    protected override void Rewrite(If branch)
    {
        base.Rewrite(branch);
        Forget(writes[branch]);
    }

    protected override void RewriteLoop(LoopInstruction loop)
    {
        Forget(writes[loop]);
        base.RewriteLoop(loop);
    }

    /// <summary>What becomes known in a region is known only there.</summary>
    protected override Region RewriteRegion(StructuredInstruction owner, Region region)
    {
        var outside = known;
        known = new(outside);
        Region copy = base.RewriteRegion(owner, region);
        known = outside;
        return copy;
    }

    private void Forget(int written)
    {
        if (written == Nowhere)
            return;
        foreach (Value pointer in known.Keys)
        {
            if ((written >> (int)pointer.Type.Space & 1) != 0)
                known.Remove(pointer);
        }
    }
}
