using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Passes;

/// <summary>
/// A load of an address that was loaded, or stored to, before gives the value that is known already, as long as nothing
/// between can have written there: no store or atomic to that kind of memory, no barrier, no loop or branch that holds one.
/// </summary>
internal sealed class ReuseLoads : Rewriter
{
    private readonly Dictionary<StructuredInstruction, AddressSpaces> writes = new(ReferenceEqualityComparer.Instance);
    private Dictionary<Value, Content> known = [];

    /// <summary>What lies at an address.</summary>
    private sealed record Content(MemoryType Memory, Value Value);

    [Flags]
    private enum AddressSpaces
    {
        None = 0,
        Global = 1 << AddressSpace.Global,
        Shared = 1 << AddressSpace.Shared,
        All = Global | Shared,
    }

    public static Function Apply(Function function)
    {
        var pass = new ReuseLoads();
        pass.FindWrites(function.Body);
        return pass.Run(function);
    }

    private AddressSpaces FindWrites(Region region)
    {
        var all = AddressSpaces.None;
        foreach (Instruction i in region.Instructions)
        {
            if (i is StructuredInstruction structured)
            {
                all |= writes[structured] = structured.Regions.Aggregate(AddressSpaces.None, (inside, inner) => inside | FindWrites(inner));
            }
            else
            {
                all |= WrittenBy(i);
            }
        }
        return all;
    }

    private static AddressSpaces WrittenBy(Instruction i) =>
        i.Op == Op.Store || i.Op.IsAtomic() ? (AddressSpaces)(1 << (int)i.Operands[0].Type.Space)
        : i.Op.IsBarrier() || i.Op is Op.WarpBarrier or Op.FenceGroup or Op.FenceDevice or Op.Assembly ? AddressSpaces.All
        : AddressSpaces.None;

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

    private void Forget(AddressSpaces written)
    {
        if (written == AddressSpaces.None)
            return;
        foreach (Value pointer in known.Keys)
        {
            if (((int)written >> (int)pointer.Type.Space & 1) != 0)
                known.Remove(pointer);
        }
    }
}
