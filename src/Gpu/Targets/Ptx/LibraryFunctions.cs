using System.Reflection;
using VaeGpu.Gpu.Frontend;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>
/// Puts <see cref="PtxMath"/>, compiled like any C#, in place of the functions that PTX has no instruction for, or a rough one only.
/// </summary>
internal sealed class LibraryFunctions : Rewriter
{
    private static readonly Dictionary<Op, string> Names = new()
    {
        [Op.Exp] = nameof(PtxMath.Exp), [Op.Log] = nameof(PtxMath.Log), [Op.Sin] = nameof(PtxMath.Sin), [Op.Cos] = nameof(PtxMath.Cos),
        [Op.Log2] = nameof(PtxMath.Log2), [Op.Log10] = nameof(PtxMath.Log10), [Op.Tan] = nameof(PtxMath.Tan), [Op.Asin] = nameof(PtxMath.Asin), 
        [Op.Acos] = nameof(PtxMath.Acos), [Op.Atan] = nameof(PtxMath.Atan), [Op.Sinh] = nameof(PtxMath.Sinh), [Op.Cosh] = nameof(PtxMath.Cosh),
        [Op.Atan2] = nameof(PtxMath.Atan2), [Op.Tanh] = nameof(PtxMath.Tanh), [Op.Pow] = nameof(PtxMath.Pow), [Op.Rem] = nameof(PtxMath.Remainder),
    };

    public static Function Apply(Function function) =>
        function.Body.All().Any(IsFunction)
            ? Simplify.Apply(IfConversion.Apply(Simplify.Apply(new LibraryFunctions().Run(function))))
            : function;

    protected override Value Rewrite(Instruction i)
    {
        if (!IsFunction(i))
            return base.Rewrite(i);
        MethodInfo method = typeof(PtxMath).GetMethod(Names[i.Op])!;
        Value result = Importer.Inline(Source.Name, Builder, method, [.. Map(i.Operands).Select(v => Convert(v, IrType.F64))]);
        Builder.Location = i.Location;
        return Convert(result, i.Type);
    }

    private static bool IsFunction(Instruction i) => i.Type.IsFloat && Names.ContainsKey(i.Op);

    private Value Convert(Value value, IrType type) => value.Type == type ? value : Builder.Emit(Op.FloatToFloat, type, [value]);
}
