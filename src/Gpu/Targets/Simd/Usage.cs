using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>Where values are used: so a value used once is emitted where it is used, and a carried value is updated in place.</summary>
internal sealed class Usage : Uses
{
    /// <summary>How many repeated constants may stay in registers: of 32 vector registers, and of 16.</summary>
    private const int MostConstants = 8, FewConstants = 4;

    private readonly Variance variance;
    // The repeated constants of the whole kernel; null with 32 vector registers.
    private readonly HashSet<long>? common;
    private readonly HashSet<Region> interleaved, inOrder, inLoops;
    private readonly Dictionary<Instruction, bool> inlined = new(ReferenceEqualityComparer.Instance);

    public Usage(Function function, Variance variance, int width) : base(function)
    {
        this.variance = variance;
        interleaved = Marked(function, Op.Independent);
        inOrder = Marked(function, Op.InOrder);
        inLoops = new(
            function.Body.All().Where(i => i is For or While).SelectMany(loop => loop.Regions)
                .SelectMany(region => region.All().SelectMany(i => i.Regions).Prepend(region)), ReferenceEqualityComparer.Instance);
        common = width is > 1 and < 16 ? Repeated(function.Body.All(), FewConstants) : null;
    }

    /// <summary>Whether a parameter is better read from memory at each use: a variable would take a register throughout loops.</summary>
    public bool IsReadOutsideLoopsOnly(Parameter parameter) => SeenThrough(parameter, IsDeferred).All(
        reader => reader is not null and not StructuredInstruction && !inLoops.Contains(RegionOf(reader)));

    /// <summary>
    /// Whether the value can be computed where it is used: a pure instruction with one user, in the same region. Interleaved regions and
    /// those that keep their order do so only if everything between the two is computed there as well.
    /// </summary>
    public bool IsInlined(Instruction instruction)
    {
        if (!inlined.TryGetValue(instruction, out bool known))
        {
            Region region = RegionOf(instruction);
            bool staysInOrder = IsInterleaved(region) || inOrder.Contains(region);
            inlined[instruction] = known = CanInline(instruction) && (!staysInOrder || IsInOrder(instruction));
        }
        return known;
    }

    /// <summary>Whether a region's instructions are those of several chains in turn.</summary>
    public bool IsInterleaved(Region region) => interleaved.Contains(region);

    private static HashSet<Region> Marked(Function function, Op mark) => new(
        function.Body.All().SelectMany(i => i.Regions).Prepend(function.Body)
            .Where(region => region.Instructions.Any(i => i.Op == mark)), ReferenceEqualityComparer.Instance);

    private bool CanInline(Instruction instruction) =>
        instruction.Op.IsPure() && !MayNeedWorkArea(instruction) && UsersOf(instruction) is [{ } user] && user is not StructuredInstruction
        && ReferenceEquals(RegionOf(instruction), RegionOf(user)) && instruction.Type.Bytes == 4
            && user.Operands.All(o => o.Type.Bytes == 4) && user.Type.Bytes == 4;

    private bool IsInOrder(Instruction instruction)
    {
        List<Instruction> all = RegionOf(instruction).Instructions;
        int last = PositionOf(UsersOf(instruction)[0]!);
        for (int i = PositionOf(instruction) + 1; i < last; i++)
        {
            if (!IsDeferred(all[i]) || UsersOf(all[i]).Any(user => user is null || PositionIn(RegionOf(instruction), user) > last))
                return false;
        }
        return true;
    }

    /// <summary>
    /// The bits of the repeated constants that a region reads from memory because there are too many for the registers: with 16 vector
    /// registers those of the whole kernel, with 32 those of interleaved chains.
    /// </summary>
    public HashSet<long> CommonConstants(Region region) =>
        common ?? (IsInterleaved(region) ? Repeated(region.Instructions, MostConstants) : []);

    private HashSet<long> Repeated(IEnumerable<Instruction> instructions, int most)
    {
        HashSet<long> repeated =
        [
            .. instructions.Where(i => i is not StructuredInstruction && variance.Of(i).IsVarying)
                .SelectMany(i => i.Operands.OfType<Constant>().Where(CanBePooled)).GroupBy(constant => constant.Bits)
                .Where(uses => uses.Skip(1).Any()).Select(uses => uses.Key),
        ];
        return repeated.Count > most ? repeated : [];
    }

    /// <summary>Whether a constant can be read from the <see cref="ConstantPool"/>.</summary>
    public bool CanBePooled(Constant constant) => constant.Type == IrType.F32 || constant.Type == IrType.I32;

    /// <summary>Whether the operation may go lane by lane through the work area, which two at once cannot share.</summary>
    private static bool MayNeedWorkArea(Instruction i) =>
        i.Op is Op.GroupIndex or Op.Div or Op.DivU or Op.Rem or Op.RemU or >= Op.Exp and <= Op.Pow or Op.IntToFloat or Op.UIntToFloat
            or Op.FloatToInt or Op.FloatToUInt || i.Op is Op.Shl or Op.Shr or Op.ShrU && i.Operands[1] is not Constant;

    /// <summary>Whether the instruction is computed where it is used: inlined, or an address that differs between lanes.</summary>
    public bool IsDeferred(Instruction i) => IsInlined(i) || i.Op == Op.PtrAdd && variance.Of(i).IsVarying;

    /// <summary>
    /// The instructions that read a value, seen through the deferred ones, and through addresses that differ between lanes: an access may
    /// take them apart. Null is the end of a region.
    /// </summary>
    public IEnumerable<Instruction?> ReadersOf(Value value) =>
        SeenThrough(value, user => IsDeferred(user) || user.Op == Op.PtrAdd && !variance.Of(user).IsScalar);

    private IEnumerable<Instruction?> SeenThrough(Value value, Func<Instruction, bool> isTransparent) =>
        UsersOf(value).SelectMany(user => user is not null && isTransparent(user)
            ? IsDeferred(user) ? SeenThrough(user, isTransparent) : SeenThrough(user, isTransparent).Prepend(user)
            : [user]);

    /// <summary>The last position in its own region at which a value is read; the region's length if it leaves at the end.</summary>
    public int LastUse(Value value)
    {
        Region region = RegionOf(value);
        return ReadersOf(value).Select(reader => reader is null ? region.Instructions.Count : PositionIn(region, reader)).DefaultIfEmpty(-1)
            .Max();
    }
}
