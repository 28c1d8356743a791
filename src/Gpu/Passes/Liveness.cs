namespace VaeGpu.Gpu.Passes;

/// <summary>Which values something with an effect depends on.</summary>
internal sealed class Liveness
{
    private readonly HashSet<Value> live = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<StructuredInstruction> liveOwners = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, StructuredInstruction> owners = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Value> pending = new();

    public Liveness(Function function)
    {
        FindOwners(function.Body, null);
        while (pending.TryPop(out Value? value))
            Follow(value);
    }

    public bool IsLive(Value value) => live.Contains(value);

    public bool IsLive(StructuredInstruction instruction) => liveOwners.Contains(instruction);

    private void FindOwners(Region region, StructuredInstruction? owner)
    {
        foreach (RegionArgument argument in region.Arguments)
            owners[argument] = owner!;
        foreach (Instruction instruction in region.Instructions)
        {
            if (owner is not null)
                owners[instruction] = owner;
            if (instruction is StructuredInstruction structured)
            {
                foreach (Region inner in structured.Regions)
                    FindOwners(inner, structured);
            }
            else if (!instruction.Op.IsRemovable())
            {
                Mark(instruction);
            }
        }
    }

    private void Mark(Value value)
    {
        if (value is not Constant && live.Add(value))
            pending.Push(value);
    }

    private void MarkOwner(StructuredInstruction? owner)
    {
        for (; owner is not null && liveOwners.Add(owner); owner = owners.GetValueOrDefault(owner))
        {
            foreach (Value value in owner.Deciding)
                Mark(value);
        }
    }

    private void Follow(Value value)
    {
        switch (value)
        {
            case Result result:
                MarkOwner(result.Owner);
                FollowCarried(result.Owner, result.Index);
                break;
            case RegionArgument argument:
                var owner = (LoopInstruction)owners[argument];
                MarkOwner(owner);
                int index = owner.Carried.IndexOf(argument);
                if (index >= 0)
                {
                    Mark(owner.Results[index]);
                    FollowCarried(owner, index);
                }
                break;
            case Instruction instruction:
                MarkOwner(owners.GetValueOrDefault(instruction));
                foreach (Value operand in instruction.Operands)
                    Mark(operand);
                break;
        }
    }

    private void FollowCarried(StructuredInstruction owner, int index)
    {
        foreach (Region region in owner.Regions)
            Mark(region.Yields[index]);
        if (owner is not LoopInstruction loop)
            return;
        Mark(loop.Carried[index]);
        Mark(loop.Initial[index]);
    }
}
