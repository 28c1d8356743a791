using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// Where values are used, so that the emitter can put a value used once where it is used, and update a carried value in
/// place.
/// </summary>
internal sealed class Usage
{
    private readonly Variance variance;
    private readonly Dictionary<Value, List<Instruction?>> users = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, Region> definedIn = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, int> position = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Region, StructuredInstruction> owner = new(ReferenceEqualityComparer.Instance);

    public Usage(Function function, Variance variance)
    {
        this.variance = variance;
        Visit(function.Body);
    }

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
                AddUser(operand, instruction);
            if (instruction is StructuredInstruction structured)
            {
                foreach (Result result in structured.Results)
                    definedIn[result] = region;
                foreach (Region inner in structured.Regions)
                {
                    owner[inner] = structured;
                    Visit(inner);
                }
            }
        }
        // A null user stands for the region's end.
        foreach (Value value in region.Yields)
            AddUser(value, null);
        if (region.Condition is { } condition)
            AddUser(condition, null);
    }

    private void AddUser(Value value, Instruction? user)
    {
        if (value is Constant)
            return;
        if (!users.TryGetValue(value, out List<Instruction?>? list))
            users.Add(value, list = []);
        list.Add(user);
    }

    public IReadOnlyList<Instruction?> UsersOf(Value value) => users.TryGetValue(value, out List<Instruction?>? list) ? list : [];

    public Region RegionOf(Value value) => definedIn[value];

    /// <summary>Whether the value can be computed where it is used: a pure instruction with one user, in the same region.</summary>
    public bool IsInlined(Instruction instruction) =>
        instruction.Op.IsPure() && !MayNeedWorkArea(instruction) && UsersOf(instruction) is [{ } user] && user is not StructuredInstruction
        && ReferenceEquals(definedIn[instruction], definedIn[user]) && instruction.Type.Bytes == 4
            && user.Operands.All(o => o.Type.Bytes == 4) && user.Type.Bytes == 4;

    /// <summary>Whether the operation may go lane by lane through the work area, which two at once cannot share.</summary>
    private static bool MayNeedWorkArea(Instruction i) =>
        i.Op is Op.GroupIndex or Op.Div or Op.DivU or Op.Rem or Op.RemU or >= Op.Exp and <= Op.Pow or Op.IntToFloat or Op.UIntToFloat
            or Op.FloatToInt or Op.FloatToUInt || i.Op is Op.Shl or Op.Shr or Op.ShrU && i.Operands[1] is not Constant;

    /// <summary>
    /// Whether the instruction is computed where it is used: inlined, or an address that differs between lanes, which loads
    /// and stores take apart.
    /// </summary>
    public bool IsDeferred(Instruction i) => IsInlined(i) || i.Op == Op.PtrAdd && variance.Of(i).IsVarying;

    /// <summary>The instructions that read a value, seen through the deferred ones; null is the end of a region.</summary>
    public IEnumerable<Instruction?> ReadersOf(Value value) =>
        UsersOf(value).SelectMany(user => user is not null && IsDeferred(user) ? ReadersOf(user) : [user]);

    /// <summary>The last position in its own region at which a value is read; the region's length if it leaves at the end.</summary>
    public int LastUse(Value value)
    {
        Region region = definedIn[value];
        return ReadersOf(value).Select(reader => reader is null ? region.Instructions.Count : PositionIn(region, reader)).DefaultIfEmpty(-1)
            .Max();
    }

    public int PositionOf(Instruction instruction) => position[instruction];

    private int PositionIn(Region region, Instruction user)
    {
        while (!ReferenceEquals(definedIn[user], region))
            user = owner[definedIn[user]];
        return position[user];
    }
}
