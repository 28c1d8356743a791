using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>Where values are used: so a value used once is emitted where it is used, and a carried value is updated in place.</summary>
internal sealed class Usage(Function function, Variance variance) : Uses(function)
{
    private readonly HashSet<Region> inLoops = new(
        function.Body.All().Where(i => i is For or While).SelectMany(loop => loop.Regions)
            .SelectMany(region => region.All().SelectMany(i => i.Regions).Prepend(region)), ReferenceEqualityComparer.Instance);

    /// <summary>Whether a parameter is better read from memory at each use: a variable would take a register throughout all loops.</summary>
    public bool IsReadOutsideLoopsOnly(Parameter parameter) => ReadersOf(parameter).All(
        reader => reader is not null and not StructuredInstruction && !inLoops.Contains(RegionOf(reader)));

    /// <summary>Whether the value can be computed where it is used: a pure instruction with one user, in the same region.</summary>
    public bool IsInlined(Instruction instruction) =>
        instruction.Op.IsPure() && !MayNeedWorkArea(instruction) && UsersOf(instruction) is [{ } user] && user is not StructuredInstruction
        && ReferenceEquals(RegionOf(instruction), RegionOf(user)) && instruction.Type.Bytes == 4
            && user.Operands.All(o => o.Type.Bytes == 4) && user.Type.Bytes == 4;

    /// <summary>Whether the operation may go lane by lane through the work area, which two at once cannot share.</summary>
    private static bool MayNeedWorkArea(Instruction i) =>
        i.Op is Op.GroupIndex or Op.Div or Op.DivU or Op.Rem or Op.RemU or >= Op.Exp and <= Op.Pow or Op.IntToFloat or Op.UIntToFloat
            or Op.FloatToInt or Op.FloatToUInt || i.Op is Op.Shl or Op.Shr or Op.ShrU && i.Operands[1] is not Constant;

    /// <summary>Whether the instruction is computed where it is used: inlined, or an address that differs between lanes.</summary>
    public bool IsDeferred(Instruction i) => IsInlined(i) || i.Op == Op.PtrAdd && variance.Of(i).IsVarying;

    /// <summary>The instructions that read a value, seen through the deferred ones; null is the end of a region.</summary>
    public IEnumerable<Instruction?> ReadersOf(Value value) =>
        UsersOf(value).SelectMany(user => user is not null && IsDeferred(user) ? ReadersOf(user) : [user]);

    /// <summary>The last position in its own region at which a value is read; the region's length if it leaves at the end.</summary>
    public int LastUse(Value value)
    {
        Region region = RegionOf(value);
        return ReadersOf(value).Select(reader => reader is null ? region.Instructions.Count : PositionIn(region, reader)).DefaultIfEmpty(-1)
            .Max();
    }
}
