using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.OpenCL;

/// <summary>
/// Writes a kernel as OpenCL C 1.2. Regions become blocks and values constants of their own, but for those used once
/// right where they are computed, whose text stands in place. What a loop carries is a variable that the end of the
/// body sets. Integer variables are signed; arithmetic that may wrap is done unsigned.
/// </summary>
internal sealed partial class OpenCLEmitter : TextEmitter
{
    /// <summary>A variable that holds in every thread, as no compiler can know.</summary>
    private const string Guard = "always";

    // A longer text gets a name, so that lines stay readable.
    private const int LongestInline = 90;

    private readonly Uses uses;
    private readonly PointerTypes pointers;
    /// <summary>Of kernels with barriers; null for others.</summary>
    private readonly Variance? variance;
    private readonly OpenCLHelpers helpers = new();
    private readonly Dictionary<Value, Expression> expressions = [];
    private readonly HashSet<Value> inlined = [];
    private readonly bool usesDoubles;
    private int names;
    private bool usesScratch, usesDynamicShared, usesLongAtomics, usesGuard, inDivergentLoop;

    private OpenCLEmitter(Function function, Index3D groupDim) : base(function, "OpenCL")
    {
        if (function.UsesBarriers)
            variance = Variance.Analyze(function, groupDim, 0);
        uses = new Uses(function);
        pointers = new PointerTypes(function);
        usesDoubles = HasDoubles(function);
    }

    /// <summary>The text of a kernel for groups of one shape.</summary>
    public static OpenCLText Emit(Function function, Index3D groupDim)
    {
        var emitter = new OpenCLEmitter(function, groupDim);
        Parameter[] arguments = [.. function.Parameters.Where(p => emitter.uses.UsersOf(p).Count > 0)];
        string entry = "kernel_" + Identifier(function.Name);
        emitter.Prologue(arguments);
        emitter.Write(function.Body);
        return new OpenCLText(
            entry, emitter.Compose(entry, arguments, groupDim), arguments, function.SharedBytes + (emitter.usesScratch ? sizeof(long) : 0),
            emitter.usesDynamicShared, emitter.usesDoubles, emitter.usesLongAtomics);
    }

    private string Compose(string entry, Parameter[] arguments, Index3D groupDim)
    {
        var all = new StringBuilder();
        if (usesDoubles)
            all.Append("#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n");
        if (usesLongAtomics)
            all.Append("#pragma OPENCL EXTENSION cl_khr_int64_base_atomics : enable\n#pragma OPENCL EXTENSION "
                + "cl_khr_int64_extended_atomics : enable\n");
        all.Append("#pragma OPENCL FP_CONTRACT OFF\n\n");
        foreach (MemoryType type in pointers.Aliasing)
            all.Append(CultureInfo.InvariantCulture,
                $"typedef {OpenCLTypes.Name(type)} __attribute__((may_alias)) {pointers.Name(type)};\n");
        if (pointers.Aliasing.Any())
            all.Append('\n');
        helpers.Write(all);
        IEnumerable<string> signature = arguments.SelectMany(Declare);
        if (usesDynamicShared)
            signature = signature.Append("__local long8* shared_dynamic");
        all.Append(CultureInfo.InvariantCulture, $"// {function.Name}\n");
        all.Append(CultureInfo.InvariantCulture,
            $"__kernel __attribute__((reqd_work_group_size({groupDim.X}, {groupDim.Y}, {groupDim.Z})))\n");
        all.Append(CultureInfo.InvariantCulture, $"void {entry}({string.Join(", ", signature.DefaultIfEmpty("void"))})\n{{\n");
        if (usesScratch)
            all.Append("    __local long group_scratch;\n");
        if (usesGuard)
            all.Append(CultureInfo.InvariantCulture, $"    volatile int {Guard} = {OpenCLHelpers.LinearIndex} | 1;\n");
        return all.Append(text).Append("}\n").ToString();
    }

    private static IEnumerable<string> Declare(Parameter parameter)
    {
        string name = ParameterName(parameter);
        if (parameter.Type.IsPointer)
            return [$"{OpenCLTypes.Name(parameter.Type.Space)} char* {name}_base", $"long {name}_offset"];
        return [$"{(parameter.Type == IrType.Bool ? "int" : OpenCLTypes.Name(parameter.Type.Scalar))} {name}"];
    }

    /// <summary>Names the parameters and declares the shared arrays, which OpenCL C wants at the kernel's outermost level.</summary>
    private void Prologue(Parameter[] arguments)
    {
        foreach (Parameter parameter in arguments)
        {
            string name = ParameterName(parameter);
            string type = parameter.Type.IsPointer ? pointers.Name(parameter) : "";
            expressions[parameter] = parameter.Type == IrType.Bool ? new($"{name} != 0", Atomic: false) : new(name);
            if (parameter.Type.IsPointer)
                Line($"{type} const {name} = {(pointers.Element(parameter) is null ? "" : $"({type})")}({name}_base + {name}_offset);");
        }
        foreach (Instruction array in function.Body.All().Where(i => i.Op == Op.SharedArray))
        {
            MemoryType? element = pointers.Element(array);
            int size = element?.Bytes() ?? 1;
            string name = NewName("shared");
            Line($"__local {(element is { } type ? pointers.Name(type) : "char")} {name}[{(array.Attribute + size - 1) / size}] "
                + "__attribute__((aligned(64)));");
            expressions[array] = new(name);
        }
    }

    protected override void WriteIf(If branch)
    {
        foreach (Result result in branch.Results)
            Statement(branch, $"{TypeName(result)} {Variable(result, "v")};");
        Statement(branch, $"if ({Whole(branch.Condition)}) {{");
        WriteInner(branch.Then, () => Yield(branch, branch.Then));
        if (!branch.Else.IsEmpty || branch.Results.Length > 0)
        {
            Line("} else {");
            WriteInner(branch.Else, () => Yield(branch, branch.Else));
        }
        Line("}");
    }

    private void Yield(If branch, Region side)
    {
        for (int i = 0; i < branch.Results.Length; i++)
            Line($"{Whole(branch.Results[i])} = {Whole(side.Yields[i])};");
    }

    protected override void WriteFor(For loop)
    {
        Start(loop);
        string i = Variable(loop.Induction, "i");
        (char compare, char step) = loop.Step > 0 ? ('<', '+') : ('>', '-');
        Guarded(loop, () =>
        {
            Statement(loop,
                $"for ({TypeName(loop.Induction)} {i} = {Whole(loop.Lower)}; {i} {compare} {Signed(loop.Upper)}; {i} {step}= "
                    + $"{Math.Abs(loop.Step)}) {{");
            WriteInner(loop.Body, () => Carry(loop));
            Line("}");
        });
    }

    protected override void WriteWhile(While loop)
    {
        Start(loop);
        string again = NewName("again");
        Statement(loop, $"bool {again};");
        Guarded(loop, () =>
        {
            Line("do {");
            WriteInner(loop.Body, () =>
            {
                Line($"{again} = {Whole(loop.Condition)};");
                Carry(loop);
            });
            Line($"}} while ({again});");
        });
    }

    /// <summary>
    /// Writes a loop; one in a loop that threads leave at different times behind a condition of which a compiler cannot know that it holds.
    /// PoCL puts barriers of its own into loops that all threads enter and go round equally often, and takes those to be such.
    /// </summary>
    private void Guarded(StructuredInstruction loop, Action write)
    {
        bool guarded = inDivergentLoop;
        if (guarded)
        {
            usesGuard = true;
            Line($"if ({Guard}) {{");
            indent++;
        }
        inDivergentLoop = !guarded && variance is not null && !variance.IsUniformFlow(loop);
        write();
        inDivergentLoop = guarded;
        if (guarded)
        {
            indent--;
            Line("}");
        }
    }

    /// <summary>Declares what a loop carries; after the loop the same variables are its results.</summary>
    private void Start(LoopInstruction loop)
    {
        List<RegionArgument> carried = loop.Carried;
        for (int i = 0; i < carried.Count; i++)
        {
            string name = Variable(carried[i], "v");
            expressions[loop.Results[i]] = new(name);
            Statement(loop, $"{TypeName(loop.Results[i])} {name} = {Whole(loop.Initial[i])};");
        }
    }

    /// <summary>Sets the carried variables for the next iteration, all at once.</summary>
    private void Carry(LoopInstruction loop)
    {
        (Region body, List<RegionArgument> carried) = (loop.Body, loop.Carried);
        string[] next = [.. body.Yields.Select(Whole)];
        for (int i = 1; i < next.Length; i++)
        {
            // What an earlier assignment is about to overwrite is kept first.
            if (ReferenceEquals(body.Yields[i], carried[i]) || !carried.Take(i).Any(earlier => Reads(body.Yields[i], earlier)))
                continue;
            string name = NewName("next");
            Line($"{TypeName(carried[i])} const {name} = {next[i]};");
            next[i] = name;
        }
        for (int i = 0; i < next.Length; i++)
        {
            if (!ReferenceEquals(body.Yields[i], carried[i]))
                Line($"{Whole(carried[i])} = {next[i]};");
        }
    }

    private bool Reads(Value value, RegionArgument variable) =>
        ReferenceEquals(value, variable) || inlined.Contains(value) && ((Instruction)value).Operands.Any(o => Reads(o, variable));

    /// <summary>Gives a value its text: in place where that is as readable, by name otherwise.</summary>
    protected override void WritePure(Instruction instruction)
    {
        Expression expression = Pure(instruction);
        // An address is cheap to compute again, and dear to keep over a barrier on a processor.
        bool isOnce = instruction.Op == Op.PtrAdd ? uses.UsersOf(instruction).Count == 1 : uses.OnceIn(home, instruction);
        if (isOnce && expression.Whole.Length <= LongestInline)
        {
            inlined.Add(instruction);
            expressions[instruction] = expression;
        }
        else
        {
            Assign(instruction, expression.Whole);
        }
    }

    /// <summary>Gives a value a name.</summary>
    private void Assign(Instruction instruction, string value) =>
        Statement(instruction, $"{TypeName(instruction)} const {Variable(instruction, "v")} = {value};");

    private string Variable(Value value, string prefix)
    {
        string name = NewName(prefix);
        expressions[value] = new(name);
        return name;
    }

    private string NewName(string prefix) => $"{prefix}{names++}";

    private string TypeName(Value value) => value.Type.IsPointer ? pointers.Name(value) : OpenCLTypes.Name(value.Type.Scalar);

    private void Statement(Instruction instruction, string line)
    {
        NamePlace(instruction);
        Line(line);
    }

    private static bool HasDoubles(Function function) => function.Parameters.Any(p => p.Type == IrType.F64)
        || function.Body.All().Any(i => i.Type == IrType.F64 || i.Operands.Any(o => o.Type == IrType.F64));
}
