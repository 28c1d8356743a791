using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>
/// Writes a kernel as PTX (NVIDIA, "Parallel Thread Execution ISA"). A value is a register of its own; what a loop carries or a
/// branch gives is one that is written at several places. Rounding is always explicit, so nothing is contracted; subnormal
/// numbers are kept; everything that the ISA leaves open (division by zero, conversion of NaN) is given the IR's meaning.
/// </summary>
internal sealed partial class PtxEmitter : TextEmitter
{
    /// <summary>The threads of a warp, as the passes must know them.</summary>
    public const int WarpSize = 32;

    /// <summary>What static shared arrays may take; only the launch's own array can have more.</summary>
    private const int MostStaticShared = 48 * 1024;

    /// <summary>Bytes that a kernel's parameters may take before PTX 8.1 (PTX ISA, ".param").</summary>
    private const int MostParameterBytes = 4352;

    private readonly Index3D groupDim;
    private readonly int? groupsPerProcessor;
    private readonly Variance variance;
    private readonly Positions positions;
    private readonly ViewAccesses views;
    private readonly Registers registers = new();
    private readonly Dictionary<Value, Operand> operands = new(ReferenceEqualityComparer.Instance);
    private readonly StringBuilder prologue = new(), declarations = new();
    private PtxIsa isa = PtxIsa.Base;
    private string guard = "";
    private int labels;
    private long sharedBytes, localBytes;
    private bool usesDynamicShared;

    private PtxEmitter(Function function, Index3D groupDim, PtxOptions options) : base(function, "PTX")
    {
        (this.groupDim, groupsPerProcessor) = (groupDim, options.GroupsPerProcessor);
        variance = Variance.Analyze(function, groupDim, WarpSize);
        positions = new Positions(function.Body);
        views = new ViewAccesses(function, options.Restrict);
    }

    /// <summary>The text of a kernel that the passes made ready for groups of one shape and warps of 32.</summary>
    /// <exception cref="KernelCompilationException">
    /// Its static arrays take more shared memory than PTX can declare, or its arguments more than a kernel can be given.
    /// </exception>
    public static PtxModule Emit(Function function, Index3D groupDim, PtxOptions? options = null)
    {
        function = LibraryFunctions.Apply(function);
        var emitter = new PtxEmitter(function, groupDim, options ?? new());
        return emitter.Emit();
    }

    private PtxModule Emit()
    {
        Parameter[] used = [.. function.Parameters.Where(p => positions.Uses(p) > 0)];
        RefuseTooMany(used);
        foreach (Parameter parameter in used)
            ReadParameter(parameter);
        mask = GroupMask();
        Write(function.Body);
        Put("ret");
        if (sharedBytes > MostStaticShared)
        {
            throw new KernelCompilationException(function.Name, null,
                $"It allocates {sharedBytes} bytes of shared memory; arrays of a fixed size may take {MostStaticShared} on CUDA.",
                "Use a smaller tile, or SharedMemory.GetDynamic, which can have all that the device has.");
        }
        string entry = "kernel_" + Identifier(function.Name);
        PtxArgument[] arguments = [.. used.Select(p => new PtxArgument(p, views.Of(p)))];
        return new PtxModule(entry, Compose(entry, used), arguments, groupDim, sharedBytes, usesDynamicShared, localBytes, isa);
    }

    private string Compose(string entry, Parameter[] parameters)
    {
        var all = new StringBuilder();
        all.Append(CultureInfo.InvariantCulture,
            $"// {Ascii(function.Name)}, groups of {groupDim.X} x {groupDim.Y} x {groupDim.Z} threads\n");
        all.Append(CultureInfo.InvariantCulture, $".version {isa.Version}\n.target sm_{isa.Target}\n.address_size 64\n\n");
        if (usesDynamicShared)
            all.Append(".extern .shared .align 16 .b8 shared_dynamic[];\n\n");
        all.Append(CultureInfo.InvariantCulture, $".visible .entry {entry}(");
        all.AppendJoin(',', parameters.Select(p => $"\n    .param .{ParameterType(p)} {ParameterName(p)}"));
        all.Append(CultureInfo.InvariantCulture, $")\n.reqntid {groupDim.X}, {groupDim.Y}, {groupDim.Z}\n");
        if (groupsPerProcessor is { } groups)
            all.Append(CultureInfo.InvariantCulture, $".minnctapersm {groups}\n");
        all.Append("{\n");
        registers.Declare(all);
        return all.Append(declarations).Append('\n').Append(prologue).Append(text).Append("}\n").ToString();
    }

    private void RefuseTooMany(Parameter[] parameters)
    {
        int bytes = 0;
        foreach (Parameter parameter in parameters)
        {
            int size = (parameter.Memory ?? MemoryType.I64).Bytes();
            bytes = (bytes + size - 1) / size * size + size;
        }
        if (bytes > MostParameterBytes)
        {
            throw new KernelCompilationException(function.Name, null,
                $"Its arguments take {bytes} bytes; on CUDA they may take {MostParameterBytes}.", "Put the numbers into a view.");
        }
    }

    private void ReadParameter(Parameter parameter)
    {
        string register = Define(parameter);
        Prologue($"ld.param.{ParameterType(parameter)}", register, $"[{ParameterName(parameter)}]");
    }

    private static string ParameterType(Parameter parameter) => PtxTypes.Name(parameter.Memory ?? MemoryType.I64);

    protected override void Write(Instruction instruction)
    {
        NamePlace(instruction);
        base.Write(instruction);
    }

    protected override string Comment(string name) => Ascii(name);

    /// <summary>The register that an instruction writes: the one that awaits its value, or a new one.</summary>
    private string Define(Value value)
    {
        string register = awaited.GetValueOrDefault(value) ?? registers.New(value.Type);
        operands[value] = new(register);
        return register;
    }

    /// <summary>A value as an operand.</summary>
    private string Of(Value value)
    {
        if (value is Constant constant)
            return PtxTypes.Literal(constant);
        Operand operand = operands[value];
        if (operand is { Offset: 0, Negated: false })
            return operand.Text;
        string register = registers.New(value.Type);
        Move(register, operand, value.Type);
        return register;
    }

    /// <summary>A value where a literal cannot stand.</summary>
    private string Register(Value value)
    {
        if (value is not Constant)
            return Of(value);
        string register = registers.New(value.Type);
        Put("mov." + PtxTypes.Move(value.Type), register, Of(value));
        return register;
    }

    private Operand OperandOf(Value value) => value is Constant constant ? new(PtxTypes.Literal(constant)) : operands[value];

    private void Move(string register, Operand operand, IrType type)
    {
        if (operand.Negated)
            Put("not.pred", register, operand.Text);
        else if (operand.Offset != 0)
            Put("add." + PtxTypes.Signed(type), register, operand.Text, Number(operand.Offset));
        else if (register != operand.Text)
            Put("mov." + PtxTypes.Move(type), register, operand.Text);
    }

    /// <summary>Writes an instruction, under the guard of the branch that it stands in.</summary>
    private void Put(string mnemonic, params ReadOnlySpan<string> values) =>
        Line(values.IsEmpty ? $"{guard}{mnemonic};" : $"{guard}{mnemonic} {string.Join(", ", values)};");

    /// <summary>Writes an instruction at the kernel's start.</summary>
    private void Prologue(string mnemonic, params ReadOnlySpan<string> values) =>
        prologue.Append("    ").Append(mnemonic).Append(' ').AppendJoin(", ", values).Append(";\n");

    private void Label(string label) => text.Append(label).Append(":\n");

    private void Require(PtxIsa needed) => isa = isa.And(needed);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Ascii(string name) => string.Concat(name.Select(c => char.IsAscii(c) && !char.IsControl(c) ? c : '?'));
}
