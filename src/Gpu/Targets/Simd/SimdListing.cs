using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using System.Text;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>What the emitter emits, for people to read: a line for each operation of the IR, with the IL that stands for it.</summary>
internal sealed class SimdListing
{
    private const int OperationColumns = 34;
    private readonly StringBuilder text = new();
    private (string? File, int Line) place;
    private bool inLine;

    /// <summary>Starts an operation's line, under the name of its C# line where that changes.</summary>
    public void Start(Instruction i, string shape)
    {
        EndLine();
        if (i.Location is { File: { } file } location && (file, location.Line) != place)
        {
            place = (file, location.Line);
            text.Append(CultureInfo.InvariantCulture, $"// {Path.GetFileName(file)}:{location.Line}\n");
        }
        text.Append($"{i.Op.ToString().ToLowerInvariant()} {i.Type} {shape}".PadRight(OperationColumns));
        inLine = true;
    }

    /// <summary>A label stands on a line of its own.</summary>
    public void Label(Label label)
    {
        EndLine();
        text.Append(Name(label)).Append(":\n");
    }

    public void Add(OpCode code, string operand)
    {
        if (!inLine)
            text.Append(' ', OperationColumns);
        inLine = true;
        text.Append(' ').Append(code.Name).Append(operand.Length > 0 ? " " : "").Append(operand).Append(';');
        if (code.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return)
            EndLine();
    }

    public override string ToString()
    {
        EndLine();
        return text.ToString();
    }

    public static string Name(Label label) => string.Create(CultureInfo.InvariantCulture, $"L{label.Id}");

    private void EndLine()
    {
        if (inLine)
            text.Append('\n');
        inLine = false;
    }
}

/// <summary>Hands everything on to another generator and writes it into a listing.</summary>
internal sealed class ListingGenerator(ILGenerator il, SimdListing listing) : ILGenerator
{
    public override int ILOffset => il.ILOffset;

    public override LocalBuilder DeclareLocal(Type localType, bool pinned) => il.DeclareLocal(localType, pinned);

    public override Label DefineLabel() => il.DefineLabel();

    public override void MarkLabel(Label loc)
    {
        listing.Label(loc);
        il.MarkLabel(loc);
    }

    public override void Emit(OpCode opcode) => Emit(opcode, "", () => il.Emit(opcode));
    public override void Emit(OpCode opcode, int arg) => Emit(opcode, Text(arg), () => il.Emit(opcode, arg));
    public override void Emit(OpCode opcode, long arg) => Emit(opcode, Text(arg), () => il.Emit(opcode, arg));
    public override void Emit(OpCode opcode, float arg) => Emit(opcode, Text(arg), () => il.Emit(opcode, arg));
    public override void Emit(OpCode opcode, double arg) => Emit(opcode, Text(arg), () => il.Emit(opcode, arg));
    public override void Emit(OpCode opcode, Label label) => Emit(opcode, SimdListing.Name(label), () => il.Emit(opcode, label));
    public override void Emit(OpCode opcode, LocalBuilder local) =>
        Emit(opcode, string.Create(CultureInfo.InvariantCulture, $"{local.LocalIndex}"), () => il.Emit(opcode, local));
    public override void Emit(OpCode opcode, FieldInfo field) => Emit(opcode, field.Name, () => il.Emit(opcode, field));
    public override void Emit(OpCode opcode, MethodInfo meth) =>
        Emit(opcode, $"{meth.DeclaringType?.Name}.{meth.Name}", () => il.Emit(opcode, meth));

    private void Emit(OpCode opcode, string operand, Action emit)
    {
        listing.Add(opcode, operand);
        emit();
    }

    // The emitter has no use for the rest.
    public override void Emit(OpCode opcode, byte arg) => throw new NotSupportedException();
    public override void Emit(OpCode opcode, short arg) => throw new NotSupportedException();
    public override void Emit(OpCode opcode, Label[] labels) => throw new NotSupportedException();
    public override void Emit(OpCode opcode, Type cls) => throw new NotSupportedException();
    public override void Emit(OpCode opcode, ConstructorInfo con) => throw new NotSupportedException();
    public override void Emit(OpCode opcode, SignatureHelper signature) => throw new NotSupportedException();
    public override void Emit(OpCode opcode, string str) => throw new NotSupportedException();
    public override void EmitCall(OpCode opcode, MethodInfo methodInfo, Type[]? optionalParameterTypes) =>
        throw new NotSupportedException();
    public override void EmitCalli(OpCode opcode, CallingConventions callingConvention, Type? returnType, Type[]? parameterTypes,
        Type[]? optionalParameterTypes) =>
        throw new NotSupportedException();
    public override void EmitCalli(OpCode opcode, CallingConvention unmanagedCallConv, Type? returnType, Type[]? parameterTypes) =>
        throw new NotSupportedException();
    public override void BeginCatchBlock(Type? exceptionType) => throw new NotSupportedException();
    public override void BeginExceptFilterBlock() => throw new NotSupportedException();
    public override Label BeginExceptionBlock() => throw new NotSupportedException();
    public override void BeginFaultBlock() => throw new NotSupportedException();
    public override void BeginFinallyBlock() => throw new NotSupportedException();
    public override void BeginScope() => throw new NotSupportedException();
    public override void EndExceptionBlock() => throw new NotSupportedException();
    public override void EndScope() => throw new NotSupportedException();
    public override void UsingNamespace(string usingNamespace) => throw new NotSupportedException();

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
