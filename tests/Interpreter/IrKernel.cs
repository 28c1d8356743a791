using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Interpreter;

/// <summary>A kernel written in IR by hand. Parameters come first and lie in the argument block in their order.</summary>
internal sealed class IrKernel
{
    private readonly string name;
    private readonly List<Parameter> parameters = [];
    private readonly Region body = new();
    private int offset;

    public IrKernel(string name)
    {
        this.name = name;
        B.Enter(body);
    }

    public Builder B { get; } = new();

    public Value Lane => B.Emit(Op.GroupIndex, IrType.I32, []);

    /// <summary>The thread's number in a launch of one dimension.</summary>
    public Value GlobalIndex => B.Add(B.Mul(Place(Op.GridIndex), Place(Op.GroupDim)), Place(Op.GroupIndex));

    /// <summary>A view's pointer and its length.</summary>
    public (Value Pointer, Value Length) View(string viewName)
    {
        Parameter pointer = Add(IrType.Pointer(AddressSpace.Global), viewName, offset, null);
        Parameter length = Add(IrType.I64, viewName + ".Length", offset + 16, MemoryType.I64);
        offset += 24;
        return (pointer, length);
    }

    public Value Scalar(MemoryType type, string scalarName)
    {
        Parameter parameter = Add(type.ValueType(), scalarName, offset, type);
        offset += 8;
        return parameter;
    }

    public Value Place(Op op, int axis = 0) => B.Emit(op, IrType.I32, [], axis);

    public Value Shared(int bytes) =>
        B.Append(new Instruction(Op.SharedArray, IrType.Pointer(AddressSpace.Shared), [], bytes, B.Location));

    public Value Local(int bytes) =>
        B.Append(new Instruction(Op.LocalArray, IrType.Pointer(AddressSpace.Local), [], bytes, B.Location));

    /// <summary>An instruction as it stands, neither folded nor merged.</summary>
    public Instruction Raw(Op op, IrType type, params Value[] operands) => B.Append(new Instruction(op, type, operands, 0, B.Location));

    public Value Load(Value pointer, Value index, MemoryType type) => B.Load(B.PtrAdd(pointer, index, type.Bytes()), type);

    public void Store(Value pointer, Value index, Value value, MemoryType type) =>
        B.Store(B.PtrAdd(pointer, index, type.Bytes()), value, type);

    public void Barrier() => Raw(Op.Barrier, IrType.Bool);

    public void If(Value condition, Action then, Action? otherwise = null) =>
        Choose(condition, () => Run(then), () => Run(otherwise ?? (() => { })));

    /// <summary>A branch with results: what the taken side gives.</summary>
    public Value[] Choose(Value condition, Func<Value[]> then, Func<Value[]> otherwise) => condition is Constant known
        ? known.Bits != 0 ? then() : otherwise()
        : B.AppendIf(new If(condition, Fill([], _ => then()), Fill([], _ => otherwise()), B.Location));

    /// <summary>A counted loop; the body gets the counter and the carried values and gives the next ones.</summary>
    public Value[] For(Value lower, Value upper, long step, Value[] initial, Func<Value, Value[], Value[]> fill)
    {
        Region region = Fill([lower.Type, .. initial.Select(v => v.Type)], arguments => fill(arguments[0], arguments[1..]));
        return B.Append(new For(lower, upper, step, initial, region, B.Location)).Results;
    }

    /// <summary>A loop with its condition at the end; the body gives it and the next carried values.</summary>
    public Value[] While(Value[] initial, Func<Value[], (Value Condition, Value[] Next)> fill)
    {
        Value? condition = null;
        Region region = Fill([.. initial.Select(v => v.Type)], arguments =>
        {
            (condition, Value[] next) = fill(arguments);
            return next;
        });
        region.Condition = condition;
        return B.Append(new While(initial, region, B.Location)).Results;
    }

    public Function Build()
    {
        B.Leave();
        return Verifier.Verify(new Function(name, parameters, body));
    }

    private Parameter Add(IrType type, string parameterName, int at, MemoryType? memory)
    {
        var parameter = new Parameter(type, parameters.Count, parameterName, at, memory);
        parameters.Add(parameter);
        return parameter;
    }

    private Region Fill(IEnumerable<IrType> types, Func<Value[], Value[]> fill)
    {
        var region = new Region();
        region.Arguments.AddRange(types.Select(t => new RegionArgument(t)));
        B.Enter(region);
        region.Yields.AddRange(fill([.. region.Arguments]));
        B.Leave();
        return region;
    }

    private static Value[] Run(Action action)
    {
        action();
        return [];
    }
}
