namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Joins a thread's loads, or stores, of two or four neighboring elements into one access, where their address is a
/// multiple of their size together whatever the launch. Loads move up to the first of them and stores down to the last,
/// so nothing between may write, or touch, the same memory. For GPUs: one 16-byte access instead of four of 4 bytes.
/// </summary>
internal sealed class WideAccesses : Rewriter
{
    private readonly Dictionary<Instruction, Group> groups = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, int> numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Alignment alignment;

    /// <summary>Accesses that become one: in the order of their addresses, and where in the program it will stand.</summary>
    private sealed record Group(Member[] Members, Instruction Place);

    private sealed record Member(Instruction Access, long Offset, int Order);

    /// <summary>Accesses that differ in their address by constants only.</summary>
    private sealed record Family(bool IsStore, string Base, Value Root, MemoryType Memory, Value? Condition);

    private WideAccesses(Function function, bool alignedViews)
    {
        alignment = new Alignment(function, alignedViews);
        FindGroups(function.Body);
    }

    /// <param name="function">The kernel, after all other passes.</param>
    /// <param name="alignedViews">Whether every view's first byte lies at a multiple of 16.</param>
    public static Function Apply(Function function, bool alignedViews)
    {
        var pass = new WideAccesses(function, alignedViews);
        return pass.groups.Count == 0 ? function : Verifier.Verify(Simplify.Apply(pass.Run(function)));
    }

    /// <summary>Gathers families along a straight run of instructions; a conflicting access, a barrier or a branch ends them.</summary>
    private void FindGroups(Region region)
    {
        var open = new Dictionary<Family, List<Member>>();
        for (int order = 0; order < region.Instructions.Count; order++)
        {
            Instruction i = region.Instructions[order];
            if (i is StructuredInstruction structured)
            {
                Close(open, _ => true);
                foreach (Region inner in structured.Regions)
                    FindGroups(inner);
            }
            else if (i.Op is Op.Load or Op.Store)
            {
                (Family family, long offset) = Locate(i);
                Close(open, other => Conflict(other, family));
                if (!IsCandidate(i))
                    continue;
                if (!open.TryGetValue(family, out List<Member>? members))
                    open.Add(family, members = []);
                if (members.Exists(m => m.Offset == offset))
                {
                    Close(open, other => other == family);
                    open.Add(family, members = []);
                }
                members.Add(new Member(i, offset, order));
            }
            else if (!i.Op.IsPure() && !i.Op.IsRemovable())
            {
                Close(open, _ => true);
            }
        }
        Close(open, _ => true);
    }

    private static bool IsCandidate(Instruction i) => i.Memory.Bytes() >= 4
        && (i.Operands.Length == 1 || i.Op == Op.Store || i.Operands[2] is Constant { Bits: 0 });

    /// <summary>Whether moving accesses of one family past one of another could change what is read or left.</summary>
    private static bool Conflict(Family a, Family b) => (a.IsStore || b.IsStore)
        && a.Root.Type.Space == b.Root.Type.Space
        && a with { Condition = null } != b with { Condition = null }
        && (ReferenceEquals(a.Root, b.Root) || a.Root is not Instruction { Op: Op.SharedArray }
            || b.Root is not Instruction { Op: Op.SharedArray });

    /// <summary>Ends families, and makes groups of what they hold: four at once before two.</summary>
    private void Close(Dictionary<Family, List<Member>> open, Func<Family, bool> ends)
    {
        foreach (Family family in open.Keys.Where(ends).ToArray())
        {
            Member[] sorted = [.. open[family].OrderBy(m => m.Offset)];
            open.Remove(family);
            for (int first = 0; first < sorted.Length;)
                first += Join(family, sorted.AsSpan(first), 4) ? 4 : Join(family, sorted.AsSpan(first), 2) ? 2 : 1;
        }
    }

    private bool Join(Family family, ReadOnlySpan<Member> sorted, int count)
    {
        int bytes = family.Memory.Bytes();
        if (sorted.Length < count || bytes * count > 16 || !alignment.Divides(bytes * count, sorted[0].Access.Operands[0]))
            return false;
        Member[] members = sorted[..count].ToArray();
        for (int k = 1; k < count; k++)
        {
            if (members[k].Offset != members[0].Offset + k * bytes)
                return false;
        }
        var group = new Group(members, (family.IsStore ? members.MaxBy(m => m.Order) : members.MinBy(m => m.Order))!.Access);
        foreach (Member member in members)
            groups.Add(member.Access, group);
        return true;
    }

    /// <summary>Takes an address apart into what varies and a constant number of bytes.</summary>
    private (Family, long Offset) Locate(Instruction access)
    {
        var terms = new SortedDictionary<int, long>();
        long offset = 0;
        Value pointer = access.Operands[0];
        for (; pointer is Instruction { Op: Op.PtrAdd } add; pointer = add.Operands[0])
            AddTerms(add.Operands[1], add.Attribute, terms, ref offset);
        var text = string.Create(CultureInfo.InvariantCulture, $"{Number(pointer)}") + string.Concat(
            terms.Select(t => string.Create(CultureInfo.InvariantCulture, $"+{t.Key}*{t.Value}")));
        return (new Family(access.Op == Op.Store, text, pointer, access.Memory,
            access is { Op: Op.Load, Operands.Length: > 1 } ? access.Operands[1] : null), offset);
    }

    /// <summary>An index that wraps round leads out of every view, so sums are taken to be exact.</summary>
    private void AddTerms(Value index, long scale, SortedDictionary<int, long> terms, ref long offset)
    {
        switch (index)
        {
            case Constant c:
                offset += c.Bits * scale;
                break;
            case Instruction { Op: Op.Add } sum:
                AddTerms(sum.Operands[0], scale, terms, ref offset);
                AddTerms(sum.Operands[1], scale, terms, ref offset);
                break;
            case Instruction { Op: Op.SignExtend } widened:
                AddTerms(widened.Operands[0], scale, terms, ref offset);
                break;
            default:
                terms[Number(index)] = terms.GetValueOrDefault(Number(index)) + scale;
                break;
        }
    }

    private int Number(Value value)
    {
        if (!numbers.TryGetValue(value, out int number))
            numbers.Add(value, number = numbers.Count);
        return number;
    }

    protected override Value Rewrite(Instruction i)
    {
        if (!groups.TryGetValue(i, out Group? group))
            return base.Rewrite(i);
        if (i.Op == Op.Store)
            return ReferenceEquals(i, group.Place) ? Store(group) : Constant.Bool(false);
        if (ReferenceEquals(i, group.Place))
            Load(group);
        return Known[i];
    }

    private Value Store(Group group)
    {
        Instruction lowest = group.Members[0].Access;
        return Builder.Emit(Op.StoreWide, IrType.Bool, [Map(lowest.Operands[0]), .. group.Members.Select(m => Map(m.Access.Operands[1]))],
            lowest.Attribute);
    }

    private void Load(Group group)
    {
        Instruction place = group.Place;
        long back = group.Members[0].Offset - group.Members.First(m => m.Access == place).Offset;
        Value pointer = Builder.PtrAdd(Map(place.Operands[0]), Constant.I64(back), 1);
        Value[] operands = place.Operands.Length == 1 ? [pointer] : [pointer, Map(place.Operands[1])];
        Value wide = Builder.Emit(Op.LoadWide, place.Type with { Lanes = group.Members.Length }, operands, place.Attribute);
        for (int lane = 0; lane < group.Members.Length; lane++)
            Known[group.Members[lane].Access] = Builder.Emit(Op.Extract, place.Type, [wide], lane);
    }
}
