using VaeGpu.Gpu.Frontend;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>Puts <see cref="PtxMath"/>, compiled like any C#, in place of the functions for which PTX has no exact instruction.</summary>
internal sealed class LibraryFunctions : Rewriter
{
    public static Function Apply(Function function) => function.Body.All().Any(IsFunction)
            ? Simplify.Apply(IfConversion.Apply(Simplify.Apply(new LibraryFunctions().Run(function))))
            : function;

    protected override Value Rewrite(Instruction i)
    {
        if (!IsFunction(i))
            return base.Rewrite(i);
        MethodInfo method = typeof(PtxMath).GetMethod(i.Op == Op.Rem ? nameof(PtxMath.Remainder) : i.Op.ToString())!;
        Value result = Importer.Inline(Source.Name, Builder, method, [.. Map(i.Operands).Select(v => Convert(v, IrType.F64))]);
        Builder.Location = i.Location;
        return Convert(result, i.Type);
    }

    private static bool IsFunction(Instruction i) => i.Type.IsFloat && i.Op is (Op.Rem or >= Op.Exp and <= Op.Pow);

    private Value Convert(Value value, IrType type) => value.Type == type ? value : Builder.Emit(Op.FloatToFloat, type, [value]);
}
