namespace VaeGpu.Gpu.Passes;

/// <summary>Where each value is defined and used.</summary>
internal class Uses
{
    private readonly Dictionary<Value, List<Instruction?>> users = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, Region> definedIn = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, Region> usedIn = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, int> position = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Region, StructuredInstruction> owner = new(ReferenceEqualityComparer.Instance);

    public Uses(Function function) => Visit(function.Body);

    private void Visit(Region region)
    {
        foreach (RegionArgument argument in region.Arguments)
            definedIn[argument] = region;
        for (int i = 0; i < region.Instructions.Count; i++)
        {
            Instruction instruction = region.Instructions[i];
            definedIn[instruction] = region;
            position[instruction] = i;
            foreach (Value operand in instruction.Operands)
                AddUser(operand, instruction, region);
            if (instruction is not StructuredInstruction structured)
                continue;
            foreach (Result result in structured.Results)
                definedIn[result] = region;
            foreach (Region inner in structured.Regions)
            {
                owner[inner] = structured;
                Visit(inner);
            }
        }
        // A null user stands for the region's end.
        foreach (Value value in region.Yields)
            AddUser(value, null, region);
        if (region.Condition is { } condition)
            AddUser(condition, null, region);
    }

    private void AddUser(Value value, Instruction? user, Region region)
    {
        if (value is Constant)
            return;
        if (!users.TryGetValue(value, out List<Instruction?>? list))
            users.Add(value, list = []);
        list.Add(user);
        usedIn[value] = region;
    }

    /// <summary>The instructions that use a value; null is the end of a region.</summary>
    public IReadOnlyList<Instruction?> UsersOf(Value value) => users.TryGetValue(value, out List<Instruction?>? list) ? list : [];

    public Region RegionOf(Value value) => definedIn[value];

    /// <summary>Whether a value's only use is in this very region, so that its text can stand there instead of a name.</summary>
    public bool OnceIn(Region region, Value value) => UsersOf(value).Count == 1 && usedIn[value] == region;

    /// <summary>An instruction's place in its region.</summary>
    public int PositionOf(Instruction instruction) => position[instruction];

    /// <summary>The place in a region of an instruction inside it, or inside one of its instructions.</summary>
    protected int PositionIn(Region region, Instruction user)
    {
        while (!ReferenceEquals(definedIn[user], region))
            user = owner[definedIn[user]];
        return position[user];
    }
}
