namespace VaeGpu.Gpu.Frontend;

/// <summary>The mathematics of .NET and ILGPU, and the bits of numbers.</summary>
internal static partial class Intrinsics
{
    private static void AddMathematics(Dictionary<(Type, string), Handler> table)
    {
        void Function(string name, Op op)
        {
            foreach (Type type in (Type[])[typeof(MathF), typeof(Math), typeof(float), typeof(double)])
            {
                table[(type, name)] = (m, method, a) =>
                {
                    Value[] values = [.. a.Select(Scalar)];
                    if (!values[0].Type.IsFloat)
                        return Integer(m, op, name, values, method.GetParameters()[0].ParameterType);
                    // The forms with a base or a rounding are .NET's own code round the plain ones.
                    if (values.Length > 1
                        && (op == Op.Log || op == Op.RoundEven && method.GetParameters()[1].ParameterType == typeof(MidpointRounding)))
                        return inline;
                    if (method.GetParameters().Length != values.Length || values.Length > 1 && op == Op.RoundEven)
                    {
                        throw m.Error($"{Naming.Of(method)} with {values.Length} arguments is not in the kernel vocabulary.",
                            "Use the plain form.");
                    }
                    return new ScalarValue(m.Builder.Emit(op, values[0].Type, values));
                };
            }
        }
        Function("FusedMultiplyAdd", Op.Fma);
        Function("Round", Op.RoundEven);
        foreach (Op op in Enum.GetValues<Op>().Where(op => op is >= Op.Sqrt and <= Op.Truncate or >= Op.Exp and <= Op.Pow))
            Function(op.ToString(), op);
        foreach (Type type in (Type[])[typeof(MathF), typeof(Math), typeof(float), typeof(double)])
        {
            table[(type, nameof(Math.CopySign))] = (m, _, a) =>
                Replace(m, Scalar(a[0]).Type == IrType.F64 ? nameof(KernelMath.CopySign64) : nameof(KernelMath.CopySign), a);
            table[(type, nameof(Math.IEEERemainder))] = (m, _, a) =>
                new MethodImporter(m, typeof(KernelMath).GetMethod(nameof(KernelMath.IeeeRemainder))!.MakeGenericMethod(
                    Scalar(a[0]).Type == IrType.F64 ? typeof(double) : typeof(float)), a).Import();
            table[(type, nameof(Math.Clamp))] = (m, method, a) => Clamp(m, [.. a.Select(Scalar)], method.GetParameters()[0].ParameterType);
        }
        table[(typeof(float), "IsNaN")] = table[(typeof(double), "IsNaN")] = (m, _, a) =>
            new ScalarValue(m.Builder.Binary(Op.Ne, Scalar(a[0]), Scalar(a[0])));
        foreach (string name in (string[])
        [
            nameof(BitConverter.SingleToInt32Bits), nameof(BitConverter.SingleToUInt32Bits), nameof(BitConverter.Int32BitsToSingle),
            nameof(BitConverter.UInt32BitsToSingle), nameof(BitConverter.DoubleToInt64Bits), nameof(BitConverter.DoubleToUInt64Bits),
            nameof(BitConverter.Int64BitsToDouble), nameof(BitConverter.UInt64BitsToDouble),
        ])
        {
            table[(typeof(BitConverter), name)] = (m, _, a) =>
                new ScalarValue(m.Builder.Emit(Op.BitCast, Twin(Scalar(a[0]).Type), [Scalar(a[0])]));
        }
        foreach (string name in (string[])[nameof(Interop.FloatAsInt), nameof(Interop.IntAsFloat)])
        {
            table[(typeof(Interop), name)] = (m, method, a) => a[0] is StructValue half ? half.Fields[0]
                : method is MethodInfo { ReturnType: var type } && type == typeof(ILGPU.Half) ? new StructValue(type, [a[0]])
                : new ScalarValue(m.Builder.Emit(Op.BitCast, Twin(Scalar(a[0]).Type), [Scalar(a[0])]));
        }
    }

    private static ScalarValue Clamp(Importer m, Value[] v, Type type)
    {
        bool unsigned = type == typeof(uint) || type == typeof(ulong);
        Builder b = m.Builder;
        Value above = b.Select(b.Binary(unsigned ? Op.GtU : Op.Gt, v[0], v[2]), v[2], v[0]);
        return new ScalarValue(b.Select(b.Binary(unsigned ? Op.LtU : Op.Lt, v[0], v[1]), v[1], above));
    }

    private static IrType Twin(IrType type) => type.Scalar switch
    {
        IR.Scalar.I32 => IrType.F32,
        IR.Scalar.F32 => IrType.I32,
        IR.Scalar.I64 => IrType.F64,
        _ => IrType.I64,
    };

    /// <summary>Math.Abs, Min and Max of integers.</summary>
    private static ScalarValue Integer(Importer m, Op op, string name, Value[] v, Type type)
    {
        Builder b = m.Builder;
        bool unsigned = type == typeof(uint) || type == typeof(ulong);
        return new ScalarValue(op switch
        {
            Op.Abs => b.Select(b.Binary(Op.Lt, v[0], Constant.Zero(v[0].Type)), b.Emit(Op.Neg, v[0].Type, [v[0]]), v[0]),
            Op.Min => b.Select(b.Binary(unsigned ? Op.LtU : Op.Lt, v[1], v[0]), v[1], v[0]),
            Op.Max => b.Select(b.Binary(unsigned ? Op.GtU : Op.Gt, v[1], v[0]), v[1], v[0]),
            _ => throw m.Error($"Math.{name} of integers is not in the kernel vocabulary.", "Convert to float first."),
        });
    }
}
