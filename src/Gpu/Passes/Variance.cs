namespace VaeGpu.Gpu.Passes;

/// <summary>
/// How a value differs between the lanes of a vector. Uniform: the same in the whole group. Affine: base + lane · stride;
/// stride 0 is the same in the vector, perhaps not in the group. Varying: anything.
/// </summary>
internal readonly record struct Shape(bool IsVarying, bool IsUniform, long Stride)
{
    public static readonly Shape Uniform = new(false, true, 0);
    public static readonly Shape Varying = new(true, false, 0);

    public static Shape Affine(long stride) => new(false, false, stride);

    /// <summary>The same number in every lane of a vector.</summary>
    public bool IsScalar => !IsVarying && Stride == 0;

    public Shape Join(Shape other) =>
        IsVarying || other.IsVarying || Stride != other.Stride ? Varying : IsUniform && other.IsUniform ? Uniform : Affine(Stride);
}

/// <summary>
/// Finds each value's <see cref="Shape"/>: what is computed once for a vector, what is base and stride, and what needs all
/// lanes (Karrenberg and Hack, "Whole-Function Vectorization", 2011). Inside a loop that lanes leave at different times a
/// value's shape speaks of the lanes that are still in it.
/// </summary>
internal sealed class Variance
{
    private readonly Dictionary<Value, Shape> shapes = new(ReferenceEqualityComparer.Instance);
    private readonly Function function;
    private readonly Index3D groupDim;
    private readonly int width;

    private Variance(Function function, Index3D groupDim, int width) =>
        (this.function, this.groupDim, this.width) = (function, groupDim, width);

    /// <param name="width">Lanes of a vector; 0 to tell only what is uniform in the group.</param>
    public static Variance Analyze(Function function, Index3D groupDim, int width)
    {
        var variance = new Variance(function, groupDim, width);
        variance.Visit(function.Body);
        return variance;
    }

    public Shape Of(Value value) => value is Constant or Parameter ? Shape.Uniform : shapes[value];

    /// <summary>Whether lanes can take different ways at a branch, or leave a loop at different times.</summary>
    public bool IsDivergent(StructuredInstruction instruction) => instruction.Deciding.Any(value => !Of(value).IsScalar);

    /// <exception cref="KernelCompilationException">A barrier stands where some threads of the group may not come.</exception>
    public void RequireUniformBarriers() => RequireUniformBarriers(function.Body, null);

    private void RequireUniformBarriers(Region region, StructuredInstruction? divergent)
    {
        foreach (Instruction instruction in region.Instructions)
        {
            if (instruction.Op.IsBarrier() && divergent is not null)
            {
                string where = divergent.Location?.File is not null ? $" at line {divergent.Location.Line}" : "";
                throw new KernelCompilationException(function.Name, instruction.Location,
                    $"A barrier stands under a {(divergent is If ? "condition" : "loop")}{where} that is not the same for all threads of "
                        + "the group; some would wait forever.",
                    "Move the barrier out, or make the condition depend only on constants, parameters and the group's index (a return "
                        + "before the barrier counts, too).");
            }
            if (instruction is StructuredInstruction structured)
            {
                foreach (Region inner in structured.Regions)
                    RequireUniformBarriers(inner, IsUniformFlow(structured) ? divergent : structured);
            }
        }
    }

    /// <summary>Whether all threads of a group take the same way at a branch, or go round a loop equally often.</summary>
    public bool IsUniformFlow(StructuredInstruction instruction) => instruction.Deciding.All(value => Of(value).IsUniform);

    private void Visit(Region region)
    {
        foreach (Instruction instruction in region.Instructions)
        {
            switch (instruction)
            {
                case If branch:
                    Visit(branch.Then);
                    Visit(branch.Else);
                    VisitResults(branch);
                    break;
                case LoopInstruction loop:
                    VisitLoop(loop);
                    break;
                default:
                    shapes[instruction] = ShapeOf(instruction);
                    break;
            }
        }
    }

    private void VisitResults(If branch)
    {
        Shape condition = Of(branch.Condition);
        foreach (Result result in branch.Results)
        {
            Shape joined = Of(branch.Then.Yields[result.Index]).Join(Of(branch.Else.Yields[result.Index]));
            shapes[result] = !condition.IsScalar
                ? Shape.Varying
                : condition.IsUniform || joined.IsVarying ? joined : Shape.Affine(joined.Stride);
        }
    }

    private void VisitLoop(LoopInstruction loop)
    {
        List<RegionArgument> arguments = loop.Carried;
        if (loop is For counted)
            shapes[counted.Induction] = Of(counted.Lower);
        for (int i = 0; i < arguments.Count; i++)
            shapes[arguments[i]] = Of(loop.Initial[i]);
        for (bool changed = true; changed;)
        {
            changed = false;
            Visit(loop.Body);
            for (int i = 0; i < arguments.Count; i++)
            {
                Shape joined = shapes[arguments[i]].Join(Of(loop.Body.Yields[i]));
                changed |= joined != shapes[arguments[i]];
                shapes[arguments[i]] = joined;
            }
        }
        bool divergent = IsDivergent(loop);
        bool uniform = IsUniformFlow(loop);
        for (int i = 0; i < arguments.Count; i++)
        {
            Shape last = shapes[arguments[i]];
            shapes[loop.Results[i]] = divergent ? Shape.Varying : uniform || last.IsVarying ? last : Shape.Affine(last.Stride);
        }
    }

    private Shape ShapeOf(Instruction i)
    {
        switch (i.Op)
        {
            case Op.GridIndex or Op.GridDim or Op.GroupDim or Op.WarpSize or Op.SharedArray or Op.SharedDynamic or Op.LocalArray:
            case Op.BarrierAnd or Op.BarrierOr or Op.BarrierPopCount or Op.GroupBroadcast:
                return Shape.Uniform;
            case Op.GroupIndex:
                return OfGroupIndex((int)i.Attribute);
            case Op.LaneIndex or Op.WarpIndex or Op.Assembly:
                return Shape.Varying;
        }
        Shape all = i.Operands.Aggregate(Shape.Uniform, (shape, operand) => shape.Join(Of(operand)));
        if (i.Op.IsAtomic())
            return width == 1 ? Shape.Affine(0) : Shape.Varying;
        if (all.IsScalar)
            return i.Op.IsShuffle() && !all.IsUniform ? (width == 1 ? all : Shape.Varying) : all;
        return Linear(i.Operands) ?? Shape.Varying;

        // Arithmetic that keeps base + lane · stride.
        Shape? Linear(Value[] operands)
        {
            if (Array.Exists(operands, v => Of(v).IsVarying))
                return null;
            long left = Of(operands[0]).Stride, right = operands.Length > 1 ? Of(operands[1]).Stride : 0;
            return i.Op switch
            {
                Op.Add when i.Type.IsInteger => Shape.Affine(left + right),
                Op.Sub when i.Type.IsInteger => Shape.Affine(left - right),
                Op.Neg when i.Type.IsInteger => Shape.Affine(-left),
                Op.Mul when i.Type.IsInteger && operands[1] is Constant c => Shape.Affine(left * c.Bits),
                Op.Shl when operands[1] is Constant { Bits: >= 0 and < 31 } c => Shape.Affine(left << c.Int),
                // Not ZeroExtend: 0, −1, −2 … are no straight line without their signs.
                Op.SignExtend or Op.Truncate64 => Shape.Affine(left),
                Op.PtrAdd => Shape.Affine(left + right * i.Attribute),
                _ => null,
            };
        }
    }

    private Shape OfGroupIndex(int axis)
    {
        if (width == 0)
            return Shape.Varying;
        if (width == 1)
            return Shape.Affine(0);
        bool isOneDimensional = groupDim.Y == 1 && groupDim.Z == 1;
        bool rowsAreVectors = groupDim.X % width == 0;
        return axis switch
        {
            0 when isOneDimensional || rowsAreVectors => Shape.Affine(1),
            > 0 when rowsAreVectors => Shape.Affine(0),
            _ => Shape.Varying,
        };
    }
}
