namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>Operations that are calls: the scalar method, and the one that runs it lane by lane.</summary>
internal sealed partial class SimdEmitter
{
    private static (MethodInfo Scalar, MethodInfo LaneByLane) FunctionOf(Instruction i)
    {
        Type from = ScalarType(i.Operands[0].Type), to = ScalarType(i.Type);
        string function = i.Op == Op.Rem && i.Type.IsFloat ? nameof(ScalarFunctions.FloatRem<>) : i.Op.ToString();
        Type operation = typeof(ScalarFunctions).GetNestedType(function)
            ?? typeof(ScalarFunctions).GetNestedType(function + "`1")?.MakeGenericType(from)
            ?? throw new NotSupportedException($"The CPU target has no {i.Op} of {i.Operands[0].Type}.");
        Type[] arguments = i.Operands.Length == 2 ? [from, operation] : [from, to, operation];
        string name = i.Operands.Length == 2 ? "Binary" : "Unary";
        return (typeof(ScalarFunctions).GetMethod(name)!.MakeGenericMethod(arguments),
            typeof(Lanes).GetMethod(name)!.MakeGenericMethod(arguments));
    }
}
