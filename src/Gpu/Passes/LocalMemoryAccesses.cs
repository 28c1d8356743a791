namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Gives local arrays that are indexed at run time a place in memory: a part of shared memory for each thread of the group.
/// All others stay, to become values.
/// </summary>
internal sealed class LocalMemoryAccesses : Rewriter
{
    /// <summary>The most shared memory that any device has for a group.</summary>
    private const long MostBytes = 256 * 1024;

    private readonly HashSet<Instruction> kept = [];
    private readonly Dictionary<Instruction, long> offsets = [];
    private readonly Index3D groupDim;
    private Value? whole;
    private long each;

    private LocalMemoryAccesses(Index3D groupDim) => this.groupDim = groupDim;

    public static Function Apply(Function function, Index3D groupDim)
    {
        Instruction[] arrays = [.. function.Body.All().Where(i => i.Op == Op.LocalArray)];
        if (arrays.Length == 0)
            return function;
        HashSet<Value> dynamic = FindDynamic(function);
        if (!Array.Exists(arrays, dynamic.Contains))
            return function;
        var pass = new LocalMemoryAccesses(groupDim);
        foreach (Instruction array in arrays)
        {
            if (!dynamic.Contains(array))
            {
                pass.kept.Add(array);
                continue;
            }
            pass.offsets.Add(array, pass.each);
            pass.each += (array.Attribute + 7) & ~7L;
        }
        pass.RequireRoom(function, pass.offsets.Keys.First());
        return RootPointers.Apply(pass.Run(function));
    }

    /// <summary>The arrays that a pointer reaches which is computed, or chosen, at run time.</summary>
    private static HashSet<Value> FindDynamic(Function function)
    {
        var found = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        void Escape(Value value)
        {
            while (value is Instruction { Op: Op.PtrAdd } add)
                value = add.Operands[0];
            found.Add(value);
        }
        void EscapeAll(IEnumerable<Value> values)
        {
            foreach (Value value in values.Where(IsLocal))
                Escape(value);
        }
        foreach (Instruction i in function.Body.All())
        {
            switch (i.Op)
            {
                case Op.PtrAdd when IsLocal(i) && i.Operands[1] is not Constant:
                    Escape(i.Operands[0]);
                    break;
                case Op.PtrAdd or Op.Load:
                    break;
                case Op.Store:
                    EscapeAll(i.Operands[1..]);
                    break;
                default:
                    EscapeAll(i.Operands);
                    break;
            }
            EscapeAll(i.Regions.SelectMany(region => region.Yields));
        }
        return found;
    }

    private static bool IsLocal(Value value) => value.Type.IsPointer && value.Type.Space == AddressSpace.Local;

    protected override Value Rewrite(Instruction i)
    {
        if (i.Op == Op.LocalArray && !kept.Contains(i))
            return Place(i);
        if (!IsLocal(i))
            return i.Op == Op.Load && i.Operands[0] is Constant ? Constant.Zero(i.Type) : base.Rewrite(i);
        Value[] operands = Map(i.Operands);
        // A pointer is in the memory that what it was made of is in.
        return i.Op == Op.LocalArray
            ? Builder.Append(new Instruction(i.Op, i.Type, [], i.Attribute, i.Location))
            : Builder.Emit(i.Op, operands.First(o => o.Type.IsPointer).Type, operands, i.Attribute);
    }

    private void RequireRoom(Function function, Instruction array)
    {
        if (each * groupDim.Size > MostBytes)
        {
            throw new KernelCompilationException(function.Name, array.Location,
                $"Local arrays that are indexed at run time come to {each * groupDim.Size} bytes for a group of {groupDim.Size} threads.",
                "Index them by constants, or in loops whose bounds are constants (they are unrolled); or use smaller arrays or groups.");
        }
    }

    /// <summary>An array in the thread's own part of one shared array, so that a pointer to either of two has one root.</summary>
    private Value Place(Instruction array)
    {
        whole ??= Builder.AppendAtEntry(
            new Instruction(Op.SharedArray, IrType.Pointer(AddressSpace.Shared), [], each * groupDim.Size, array.Location));
        Value thread = Builder.Add(Builder.Mul(
            Builder.Add(Builder.Mul(Index(2), Constant.I32(groupDim.Y)), Index(1)), Constant.I32(groupDim.X)), Index(0));
        return Builder.PtrAdd(Builder.PtrAdd(whole, thread, each), Constant.I32((int)offsets[array]), 1);
    }

    private Value Index(int axis) => Builder.Emit(Op.GroupIndex, IrType.I32, [], axis);

    protected override Value[] Initial(LoopInstruction loop) => InMemory(loop.Initial);

    protected override Value[] Yields(StructuredInstruction owner, Region region) => InMemory(region.Yields);

    protected override void AddArguments(StructuredInstruction owner, Region region, Region copy)
    {
        foreach (RegionArgument argument in region.Arguments)
            Known[argument] = copy.AddArgument(IsLocal(argument) ? IrType.Pointer(AddressSpace.Shared) : argument.Type);
    }

    /// <summary>Pointers that flow through branches and loops lie in memory, and so do those that stand for none.</summary>
    private Value[] InMemory(IEnumerable<Value> values) =>
        [.. values.Select(v => IsLocal(v) && v is Constant ? Constant.Zero(IrType.Pointer(AddressSpace.Shared)) : Map(v))];
}
