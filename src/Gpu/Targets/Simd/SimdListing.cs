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

/// <summary>Emits IL, and writes it into a listing where there is one.</summary>
internal sealed class IlWriter(ILGenerator il, SimdListing? listing)
{
    public int ILOffset => il.ILOffset;

    /// <summary>Called where control flow may join.</summary>
    public Action? LabelMarked { get; set; }

    public LocalBuilder DeclareLocal(Type type) => il.DeclareLocal(type);

    public Label DefineLabel() => il.DefineLabel();

    public void MarkLabel(Label label)
    {
        listing?.Label(label);
        il.MarkLabel(label);
        LabelMarked?.Invoke();
    }

    public void Emit(OpCode opcode) => Emit(opcode, "", () => il.Emit(opcode));
    public void Emit(OpCode opcode, int arg) => Emit(opcode, Text(arg), () => il.Emit(opcode, arg));
    public void Emit(OpCode opcode, long arg) => Emit(opcode, Text(arg), () => il.Emit(opcode, arg));
    public void Emit(OpCode opcode, float arg) => Emit(opcode, Text(arg), () => il.Emit(opcode, arg));
    public void Emit(OpCode opcode, double arg) => Emit(opcode, Text(arg), () => il.Emit(opcode, arg));
    public void Emit(OpCode opcode, Label label) => Emit(opcode, SimdListing.Name(label), () => il.Emit(opcode, label));
    public void Emit(OpCode opcode, LocalBuilder local) =>
        Emit(opcode, string.Create(CultureInfo.InvariantCulture, $"{local.LocalIndex}"), () => il.Emit(opcode, local));
    public void Emit(OpCode opcode, Type type) => Emit(opcode, type.Name, () => il.Emit(opcode, type));
    public void Emit(OpCode opcode, FieldInfo field) => Emit(opcode, field.Name, () => il.Emit(opcode, field));
    public void Emit(OpCode opcode, MethodInfo meth) =>
        Emit(opcode, $"{meth.DeclaringType?.Name}.{meth.Name}{Operation(meth)}", () => il.Emit(opcode, meth));

    private void Emit(OpCode opcode, string operand, Action emit)
    {
        listing?.Add(opcode, operand);
        emit();
    }

    /// <summary>The operation that a generic method is called for: its last type argument.</summary>
    private static string Operation(MethodInfo method) =>
        method.IsGenericMethod && method.GetGenericArguments()[^1] is { IsPrimitive: false } type ? $"<{type.Name.Split('`')[0]}>" : "";

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
