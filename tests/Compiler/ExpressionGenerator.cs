using VaeGpu.Gpu.IR;

namespace VaeGpu.Tests.Compiler;

/// <summary>Random expressions without memory, over the visible values and constants that are prone to go wrong.</summary>
internal sealed class ExpressionGenerator(Random random, Builder builder, ValuePool pool, bool doubles)
{
    private static readonly ILookup<IrType, Operation> Operations = AllOperations().ToLookup(o => o.Result);

    private readonly record struct Operation(Op Op, IrType Result, params IrType[] Operands);

    /// <summary>The types of values that are generated.</summary>
    public IrType[] Types { get; } = doubles
        ? [IrType.I32, IrType.F32, IrType.I64, IrType.Bool, IrType.F64]
        : [IrType.I32, IrType.F32, IrType.I64, IrType.Bool];

    public IrType AnyType() => Types[random.Next(Types.Length)];

    /// <summary>A new value that is visible from here on.</summary>
    public Value New(IrType type, bool uniformOnly = false)
    {
        Value value = Any(type, 1 + random.Next(3), uniformOnly);
        pool.Add(value, uniformOnly);
        return value;
    }

    /// <summary>A value of the type: a visible one, a constant, or an operation on such.</summary>
    public Value Any(IrType type, int depth = 1, bool uniformOnly = false)
    {
        int kind = random.Next(10);
        if (depth == 0 ? kind < 8 : kind < 2)
            return pool.Pick(type, uniformOnly) ?? RandomNumbers.Constant(random, type);
        if (depth == 0 || kind < 3)
            return RandomNumbers.Constant(random, type);
        if (random.Next(12) == 0)
            return builder.Select(Any(IrType.Bool, depth - 1, uniformOnly), Any(type, depth - 1, uniformOnly),
                Any(type, depth - 1, uniformOnly));
        Operation[] choices = [.. Operations[type].Where(o => doubles || !o.Operands.Contains(IrType.F64))];
        Operation operation = choices[random.Next(choices.Length)];
        Value[] operands = [.. operation.Operands.Select(o => Any(o, depth - 1, uniformOnly))];
        Value value = builder.Emit(operation.Op, type, operands);
        // The bits of a NaN differ from device to device.
        bool isBitsOfFloat = operation.Op == Op.BitCast && operands[0].Type.IsFloat;
        return isBitsOfFloat
            ? builder.Select(builder.Binary(Op.Eq, operands[0], operands[0]), value, Constant.Zero(type))
            : value;
    }

    /// <summary>A number from 0 to <paramref name="mask"/>, which is one less than a power of two.</summary>
    public Value Below(int mask, bool uniformOnly = false) =>
        builder.And(Any(IrType.I32, random.Next(3), uniformOnly), Constant.I32(mask));

    private static IEnumerable<Operation> AllOperations()
    {
        IrType[] ints = [IrType.I32, IrType.I64], floats = [IrType.F32, IrType.F64];
        return [
            .. ints.SelectMany(OnIntegers),
            .. floats.SelectMany(OnFloats),
            .. ints.Concat(floats).SelectMany(Comparisons),
            .. from i in ints from f in floats from o in Conversions(i, f) select o,
            new(Op.MulHighU, IrType.I32, IrType.I32, IrType.I32),
            new(Op.SignExtend8, IrType.I32, IrType.I32),
            new(Op.SignExtend16, IrType.I32, IrType.I32),
            new(Op.BoolToInt, IrType.I32, IrType.Bool),
            new(Op.Truncate64, IrType.I32, IrType.I64),
            new(Op.SignExtend, IrType.I64, IrType.I32),
            new(Op.ZeroExtend, IrType.I64, IrType.I32),
            new(Op.FloatToFloat, IrType.F64, IrType.F32),
            new(Op.FloatToFloat, IrType.F32, IrType.F64),
            new(Op.BitCast, IrType.I32, IrType.F32),
            new(Op.BitCast, IrType.F32, IrType.I32),
            new(Op.BitCast, IrType.I64, IrType.F64),
            new(Op.BitCast, IrType.F64, IrType.I64),
            new(Op.Not, IrType.Bool, IrType.Bool),
            .. new[] { Op.And, Op.Or, Op.Xor, Op.Eq, Op.Ne }.Select(op => new Operation(op, IrType.Bool, IrType.Bool, IrType.Bool)),
        ];
    }

    private static IEnumerable<Operation> OnIntegers(IrType type) => [
        .. new[] { Op.Add, Op.Sub, Op.Mul, Op.Div, Op.DivU, Op.Rem, Op.RemU, Op.And, Op.Or, Op.Xor }.Select(op =>
            new Operation(op, type, type, type)),
        .. new[] { Op.Neg, Op.Not }.Select(op => new Operation(op, type, type)),
        .. new[] { Op.Shl, Op.Shr, Op.ShrU }.Select(op => new Operation(op, type, type, IrType.I32)),
        .. new[] { Op.LtU, Op.LeU, Op.GtU, Op.GeU }.Select(op => new Operation(op, IrType.Bool, type, type)),
    ];

    private static IEnumerable<Operation> OnFloats(IrType type) => [
        .. new[] { Op.Add, Op.Sub, Op.Mul, Op.Div, Op.Min, Op.Max }.Select(op => new Operation(op, type, type, type)),
        .. new[] { Op.Neg, Op.Sqrt, Op.Abs, Op.Floor, Op.Ceiling, Op.Truncate, Op.RoundEven }.Select(op => new Operation(op, type, type)),
        new(Op.Fma, type, type, type, type),
    ];

    private static IEnumerable<Operation> Comparisons(IrType type) =>
        new[] { Op.Eq, Op.Ne, Op.Lt, Op.Le, Op.Gt, Op.Ge }.Select(op => new Operation(op, IrType.Bool, type, type));

    private static IEnumerable<Operation> Conversions(IrType integer, IrType real) => [
        new(Op.IntToFloat, real, integer),
        new(Op.UIntToFloat, real, integer),
        new(Op.FloatToInt, integer, real),
        new(Op.FloatToUInt, integer, real),
    ];
}
