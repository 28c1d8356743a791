using System.Reflection;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>Operations that are calls: the scalar method, and the one that runs it lane by lane.</summary>
internal sealed partial class SimdEmitter
{
    private static (MethodInfo Scalar, MethodInfo LaneByLane) FunctionOf(Instruction i)
    {
        Type from = ScalarType(i.Operands[0].Type), to = ScalarType(i.Type);
        Type operation = i.Op switch
        {
            Op.Div => typeof(ScalarFunctions.Div<>).MakeGenericType(from),
            Op.Rem when i.Type.IsFloat => typeof(ScalarFunctions.FloatRem),
            Op.Rem => typeof(ScalarFunctions.Rem<>).MakeGenericType(from),
            Op.DivU => typeof(ScalarFunctions.DivU),
            Op.RemU => typeof(ScalarFunctions.RemU),
            Op.MulHighU => typeof(ScalarFunctions.MulHighU),
            Op.Min => typeof(ScalarFunctions.Min),
            Op.Max => typeof(ScalarFunctions.Max),
            Op.Pow => typeof(ScalarFunctions.Pow),
            Op.Exp => typeof(ScalarFunctions.Exp),
            Op.Log => typeof(ScalarFunctions.Log),
            Op.Sin => typeof(ScalarFunctions.Sin),
            Op.Cos => typeof(ScalarFunctions.Cos),
            Op.Log2 => typeof(ScalarFunctions.Log2),
            Op.Log10 => typeof(ScalarFunctions.Log10),
            Op.Tan => typeof(ScalarFunctions.Tan),
            Op.Asin => typeof(ScalarFunctions.Asin),
            Op.Acos => typeof(ScalarFunctions.Acos),
            Op.Atan => typeof(ScalarFunctions.Atan),
            Op.Sinh => typeof(ScalarFunctions.Sinh),
            Op.Cosh => typeof(ScalarFunctions.Cosh),
            Op.Atan2 => typeof(ScalarFunctions.Atan2),
            Op.Tanh => typeof(ScalarFunctions.Tanh),
            Op.FloatToInt => typeof(ScalarFunctions.ToInt),
            Op.FloatToUInt => typeof(ScalarFunctions.ToUInt),
            Op.IntToFloat => typeof(ScalarFunctions.FromInt),
            Op.UIntToFloat => typeof(ScalarFunctions.FromUInt),
            Op.FloatToFloat => typeof(ScalarFunctions.FloatToFloat),
            _ => throw new NotSupportedException($"The CPU target has no {i.Op} of {i.Operands[0].Type}."),
        };
        Type[] arguments = i.Operands.Length == 2 ? [from, operation] : [from, to, operation];
        string name = i.Operands.Length == 2 ? "Binary" : "Unary";
        return (typeof(ScalarFunctions).GetMethod(name)!.MakeGenericMethod(arguments),
            typeof(Lanes).GetMethod(name)!.MakeGenericMethod(arguments));
    }
}
