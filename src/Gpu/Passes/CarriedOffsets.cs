namespace VaeGpu.Gpu.Passes;

/// <summary>
/// Strength reduction of addresses: where a counted loop multiplies its counter to index memory, <c>pointer[k * stride]</c>, it carries
/// the offset in bytes instead and adds to it. Accesses of one stride share one offset.
/// </summary>
internal sealed class CarriedOffsets(Variance variance) : Rewriter
{
    /// <summary>What an address adds in each iteration: the counter's factor, null for 1, times the bytes of an element.</summary>
    private readonly record struct Stride(Value? Factor, int Shift, long Bytes);

    private readonly Dictionary<Instruction, Value> offsets = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<For, List<(Stride Stride, Value Increment)>> carried = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, (For Loop, int Index)> addresses = new(ReferenceEqualityComparer.Instance);

    public static Function Apply(Function function, Index3D groupDim, int width) => function.Body.All().Any(i => i is For)
        ? Simplify.Apply(new CarriedOffsets(Variance.Analyze(function, groupDim, width)).Run(function))
        : function;

    protected override Value Rewrite(Instruction i) => offsets.TryGetValue(i, out Value? offset)
        ? Builder.PtrAdd(Map(i.Operands[0]), offset, 1)
        : base.Rewrite(i);

    protected override void Rewrite(For loop)
    {
        if (!variance.Of(loop.Induction).IsScalar || variance.IsDivergent(loop))
        {
            base.Rewrite(loop);
            return;
        }
        var strides = new List<(Stride Stride, Value Increment)>();
        foreach (Instruction i in loop.Body.All())
        {
            if (i.Op != Op.PtrAdd || StrideOf(i, loop) is not { } stride)
                continue;
            int index = strides.FindIndex(s => s.Stride == stride);
            if (index < 0)
            {
                index = strides.Count;
                strides.Add((stride, Scaled(Constant.I64(loop.Step), stride)));
            }
            addresses[i] = (loop, index);
        }
        carried[loop] = strides;
        base.Rewrite(loop);
    }

    private Stride? StrideOf(Instruction address, For loop) => address.Operands[1] switch
    {
        Instruction { Op: Op.Mul, Type: var type } product when type == IrType.I32 && ReferenceEquals(product.Operands[0], loop.Induction)
            && IsKnown(product.Operands[1]) && variance.Of(product.Operands[1]).IsScalar => new(product.Operands[1], 0, address.Attribute),
        Instruction { Op: Op.Shl, Type: var type, Operands: [var counter, Constant { Bits: >= 0 and < 31 } shift] }
            when type == IrType.I32 && ReferenceEquals(counter, loop.Induction) => new(null, shift.Int, address.Attribute),
        _ => null,
    };

    /// <summary>A count of iterations in bytes.</summary>
    private Value Scaled(Value count, Stride stride)
    {
        Value factor = stride.Factor is { } f ? Builder.Emit(Op.SignExtend, IrType.I64, [Map(f)]) : Constant.I64(1L << stride.Shift);
        return Builder.Mul(Builder.Mul(count, factor), Constant.I64(stride.Bytes));
    }

    protected override Value[] Initial(LoopInstruction loop)
    {
        Value[] initial = base.Initial(loop);
        if (loop is not For counted || !carried.TryGetValue(counted, out var strides))
            return initial;
        Value first = Builder.Emit(Op.SignExtend, IrType.I64, [Map(counted.Lower)]);
        return [.. initial, .. strides.Select(s => Scaled(first, s.Stride))];
    }

    protected override void AddArguments(StructuredInstruction owner, Region region, Region copy)
    {
        base.AddArguments(owner, region, copy);
        if (owner is not For loop || !carried.TryGetValue(loop, out var strides))
            return;
        RegionArgument[] arguments = [.. strides.Select(_ => copy.AddArgument(IrType.I64))];
        foreach ((Instruction address, (For its, int index)) in addresses)
        {
            if (ReferenceEquals(its, loop))
                offsets[address] = arguments[index];
        }
    }

    protected override Value[] Yields(StructuredInstruction owner, Region region)
    {
        Value[] yields = base.Yields(owner, region);
        if (owner is not For loop || !carried.TryGetValue(loop, out var strides))
            return yields;
        List<RegionArgument> arguments = Builder.Current.Arguments;
        return [.. yields, .. strides.Select((s, k) => Builder.Add(arguments[arguments.Count - strides.Count + k], s.Increment))];
    }
}
