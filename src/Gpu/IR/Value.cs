using System.Text.RegularExpressions;

namespace VaeGpu.Gpu.IR;

/// <summary>Something that an instruction can take as operand: defined once, before its uses.</summary>
internal abstract class Value(IrType type)
{
    public IrType Type { get; } = type;
}

/// <summary>A known number, as bits: floats by their representation, Bool as 0 or 1.</summary>
internal sealed class Constant(IrType type, long bits) : Value(type)
{
    public long Bits { get; } = bits;

    public static Constant Bool(bool value) => new(IrType.Bool, value ? 1 : 0);
    public static Constant I32(int value) => new(IrType.I32, value);
    public static Constant I64(long value) => new(IrType.I64, value);
    public static Constant F32(float value) => new(IrType.F32, BitConverter.SingleToInt32Bits(value));
    public static Constant F64(double value) => new(IrType.F64, BitConverter.DoubleToInt64Bits(value));

    /// <summary>The value whose bits are all zero.</summary>
    public static Constant Zero(IrType type) => new(type, 0);

    public int Int => (int)Bits;
    public float Float => BitConverter.Int32BitsToSingle((int)Bits);
    public double Double => BitConverter.Int64BitsToDouble(Bits);

    /// <summary>Whether a float is a number other than zero.</summary>
    public bool IsNonzero => Type == IrType.F32 ? Float is > 0 or < 0 : Double is > 0 or < 0;

    /// <summary>
    /// Whether a comparison tells the minimum or maximum with this float: it is no NaN, nor the zero that the other zero beats: +0 in a
    /// minimum, −0 in a maximum.
    /// </summary>
    public bool IsPlainBound(Op op)
    {
        double number = Type == IrType.F32 ? Float : Double;
        return !double.IsNaN(number) && !(number == 0 && double.IsNegative(number) == (op == Op.Max));
    }

    public bool SameAs(Constant other) => Type == other.Type && Bits == other.Bits;
}

/// <summary>A leaf of the launch's argument block: a scalar, a field of a struct, or a view's pointer or length.</summary>
internal sealed class Parameter(IrType type, int index, string name, int byteOffset, MemoryType? memory) : Value(type)
{
    /// <summary>The position among the function's parameters.</summary>
    public int Index { get; } = index;
    /// <summary>The C# parameter, with the field or "length".</summary>
    public string Name { get; } = name;
    /// <summary>Where the argument block holds it. A pointer's is where the view's <c>ViewArgument</c> lies.</summary>
    public int ByteOffset { get; } = byteOffset;
    /// <summary>How a scalar lies in the block; null for a pointer.</summary>
    public MemoryType? Memory { get; } = memory;
    /// <summary>Of a view's pointer: the size of the view's elements; 0 where it is not known.</summary>
    public int ElementBytes { get; init; }
}

/// <summary>A value that a loop carries round: the induction variable, or a variable as an iteration starts.</summary>
internal sealed class RegionArgument(IrType type) : Value(type);

/// <summary>One of the values that a structured instruction gives.</summary>
internal sealed class Result(StructuredInstruction owner, int index, IrType type) : Value(type)
{
    public StructuredInstruction Owner { get; } = owner;
    public int Index { get; } = index;
}

/// <summary>An operation with at most one result: the instruction itself is the value.</summary>
internal class Instruction(Op op, IrType type, Value[] operands, long attribute = 0, SourceLocation? location = null) : Value(type)
{
    public Op Op { get; } = op;
    public Value[] Operands { get; } = operands;

    /// <summary>
    /// The operation's constant: PtrAdd's element bytes, a load's, a store's and an atomic's <see cref="MemoryType"/>, an
    /// array's bytes, an index's axis.
    /// </summary>
    public long Attribute { get; } = attribute;
    public SourceLocation? Location { get; } = location;

    public MemoryType Memory => (MemoryType)Attribute;

    /// <summary>The regions inside; most instructions have none.</summary>
    public virtual IEnumerable<Region> Regions => [];

    /// <summary>Whether this is a barrier, or one is inside.</summary>
    public bool HasBarrier => Op.IsBarrier() || Regions.Any(region => region.All().Any(i => i.Op.IsBarrier()));

    /// <summary>The elements that an access to memory touches.</summary>
    public int Elements => Op == Op.StoreWide ? Operands.Length - 1 : Type.Lanes;

    /// <summary>The bytes that an access to memory touches.</summary>
    public int AccessBytes => Memory.Bytes() * Elements;
}

/// <summary>PTX written by hand, for the PTX target alone. Its outputs are read by <see cref="Op.Extract"/>.</summary>
/// <param name="text">The text; %0, %1 … stand for <paramref name="arguments"/>.</param>
/// <param name="arguments">For each argument its place among the operands and among the outputs, or −1.</param>
/// <param name="outputs">The types of the outputs.</param>
internal sealed partial class AssemblyText(
    string text, (int Input, int Output)[] arguments, IrType[] outputs, Value[] operands, SourceLocation? location)
    : Instruction(Op.Assembly, IrType.Bool, operands, 0, location)
{
    public string Text { get; } = text;
    public (int Input, int Output)[] Arguments { get; } = arguments;
    public IrType[] Outputs { get; } = outputs;

    /// <summary>What stands for an argument; %% is a percent sign.</summary>
    [GeneratedRegex("%(%|[0-9]+)")]
    public static partial Regex Placeholder();

    /// <summary>The same text with other operands.</summary>
    public AssemblyText With(Value[] operands) => new(Text, Arguments, Outputs, operands, Location);
}

/// <summary>An instruction with regions; it can have any number of results.</summary>
internal abstract class StructuredInstruction : Instruction
{
    protected StructuredInstruction(Op op, Value[] operands, IEnumerable<IrType> results, SourceLocation? location)
        : base(op, IrType.Bool, operands, 0, location) => Results = [.. results.Select((type, i) => new Result(this, i, type))];

    public Result[] Results { get; }

    /// <summary>The values that say which way to take, or how often to go round.</summary>
    public abstract IEnumerable<Value> Deciding { get; }
}

/// <summary>Runs one region or the other; the results are what that region yields.</summary>
internal sealed class If(Value condition, Region then, Region otherwise, SourceLocation? location)
    : StructuredInstruction(Op.If, [condition], then.Yields.Select(v => v.Type), location)
{
    public Value Condition => Operands[0];
    public override IEnumerable<Value> Deciding => [Condition];
    public Region Then { get; } = then;
    public Region Else { get; } = otherwise;
    public override IEnumerable<Region> Regions => [Then, Else];
}

/// <summary>An instruction whose region runs again and again. The results are the last values of what it carries.</summary>
internal abstract class LoopInstruction(Op op, Value[] operands, Value[] initial, Region body, SourceLocation? location)
    : StructuredInstruction(op, operands, initial.Select(v => v.Type), location)
{
    /// <summary>What the carried values are at first.</summary>
    public Value[] Initial { get; } = initial;
    public Region Body { get; } = body;
    public override IEnumerable<Region> Regions => [Body];

    /// <summary>The body's arguments for the carried values.</summary>
    public abstract List<RegionArgument> Carried { get; }
}

/// <summary>
/// <c>for (i = lower; i &lt; upper; i += step)</c> with a positive constant step (or <c>i &gt; upper</c> with a negative
/// one). The body's arguments are i and the carried values; it yields the carried values of the next iteration.
/// </summary>
internal sealed class For(Value lower, Value upper, long step, Value[] initial, Region body, SourceLocation? location)
    : LoopInstruction(Op.For, [lower, upper, .. initial], initial, body, location)
{
    public Value Lower => Operands[0];
    public Value Upper => Operands[1];
    public long Step { get; } = step;
    public RegionArgument Induction => Body.Arguments[0];
    public override List<RegionArgument> Carried => Body.Arguments[1..];
    public override IEnumerable<Value> Deciding => [Lower, Upper];

    /// <summary>The number of iterations where the bounds are constants.</summary>
    public long? TripCount => Trips(Lower, Upper);

    /// <summary>The number of iterations between bounds that are constants; null between others.</summary>
    public long? Trips(Value lower, Value upper) => lower is Constant from && upper is Constant to
        ? Math.Max(0, Step > 0 ? (to.Bits - from.Bits + Step - 1) / Step : (from.Bits - to.Bits - Step - 1) / -Step)
        : null;
}

/// <summary>
/// <c>do body while (condition)</c>. The body's arguments are the carried values; it yields the next ones, and its
/// <see cref="Region.Condition"/> says whether to go on. The results are the last yielded values.
/// </summary>
internal sealed class While(Value[] initial, Region body, SourceLocation? location)
    : LoopInstruction(Op.While, initial, initial, body, location)
{
    public Value Condition => Body.Condition!;
    public override List<RegionArgument> Carried => Body.Arguments;
    public override IEnumerable<Value> Deciding => [Condition];
}

/// <summary>A straight run of instructions, with the values that come in and those that go out.</summary>
internal sealed class Region
{
    public List<RegionArgument> Arguments { get; } = [];
    public List<Instruction> Instructions { get; } = [];
    public List<Value> Yields { get; } = [];

    /// <summary>Of a <see cref="While"/> body: whether another iteration follows.</summary>
    public Value? Condition { get; set; }

    public bool IsEmpty => Instructions.Count == 0;

    /// <summary>A new argument.</summary>
    public RegionArgument AddArgument(IrType type)
    {
        var argument = new RegionArgument(type);
        Arguments.Add(argument);
        return argument;
    }

    /// <summary>Every instruction here and in nested regions, outer before inner.</summary>
    public IEnumerable<Instruction> All()
    {
        foreach (Instruction instruction in Instructions)
        {
            yield return instruction;
            foreach (Region region in instruction.Regions)
            {
                foreach (Instruction inner in region.All())
                    yield return inner;
            }
        }
    }
}

/// <summary>A place in the C# source; the file and the line are looked up when they are asked for.</summary>
internal sealed class SourceLocation(string method, Func<(string? File, int Line)> find)
{
    private (string? File, int Line)? found;

    public SourceLocation(string method, string? file, int line) : this(method, () => (file, line)) { }

    public string Method { get; } = method;
    public string? File => (found ??= find()).File;
    public int Line => (found ??= find()).Line;

    public override string ToString() => File is null ? Method : $"{Method} ({Path.GetFileName(File)}:{Line})";
}

/// <summary>A kernel: what one thread does.</summary>
internal sealed class Function(string name, IReadOnlyList<Parameter> parameters, Region body)
{
    public string Name { get; } = name;
    public IReadOnlyList<Parameter> Parameters { get; } = parameters;
    public Region Body { get; } = body;

    public long SharedBytes => Body.All().Where(i => i.Op == Op.SharedArray).Sum(i => (i.Attribute + 63) & ~63L);

    public bool UsesBarriers => Body.All().Any(i => i.Op.IsBarrier());
}
