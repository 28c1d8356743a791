using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Gpu.Frontend;

/// <summary>
/// Turns a kernel method into a function: reads IL, inlines every call, follows control flow region by region and keeps
/// variables as values (structured SSA). What all inlined methods share is here: the builder, the environment and errors.
/// </summary>
internal sealed class Importer
{
    private readonly List<Parameter> parameters = [];
    private byte[]? specializedBlock, constants;
    private int argumentBytes;
    private Parameter? dynamicSharedBytes;

    private Importer(string kernelName, Builder builder)
    {
        (KernelName, Builder) = (kernelName, builder);
        Environment = new Environment(this);
    }

    public Builder Builder { get; }

    public Environment Environment { get; }

    /// <summary>The methods being inlined, outermost first.</summary>
    public Stack<MethodBase> Active { get; } = new();

    /// <summary>Arrays outside the kernel that it reads, each at its start.</summary>
    public Dictionary<Array, ArrayValue> Constants { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>What is done with static fields that may change.</summary>
    public StaticFieldMode StaticFields { get; private set; }

    public string KernelName { get; }

    /// <exception cref="KernelCompilationException">The language does not allow something in the kernel.</exception>
    public static Function Import(KernelSource source)
    {
        var importer = new Importer(source.Name, new Builder());
        var body = new Region();
        importer.Builder.Enter(body);
        importer.ImportKernel(source);
        importer.Builder.Leave();
        return new Function(source.Name, importer.parameters, body);
    }

    /// <summary>Inlines a method of numbers where a builder stands, for a target without an instruction for it; gives its result.</summary>
    public static Value Inline(string kernelName, Builder builder, MethodInfo method, Value[] arguments)
    {
        var importer = new Importer(kernelName, builder);
        return ((ScalarValue)new MethodImporter(importer, method, [.. arguments.Select(a => new ScalarValue(a))]).Import()!).Value;
    }

    /// <summary>An error at the line of the kernel's, or its helpers', own code that led to it.</summary>
    public KernelCompilationException Error(string what, string remedy)
    {
        if (Active.LastOrDefault(IsFramework) is { } called)
        {
            what = $"{Naming.Of(called)} is not in the kernel vocabulary, and its own code cannot be compiled: {what}";
            remedy = "Use the functions of MathF, Math and Interop that the vocabulary has, or write the computation out.";
        }
        return new KernelCompilationException(KernelName, Builder.Location, what, remedy);
    }

    /// <summary>Whether a method belongs to .NET or ILGPU: its lines are not shown, but the line that calls it.</summary>
    public static bool IsFramework(MethodBase method) =>
        method.Module == typeof(object).Module || method.Module.Assembly.GetName().Name is "ILGPU" or "ILGPU.Algorithms";

    /// <summary>Whether a method's own lines are worth naming.</summary>
    public static bool HasLines(MethodBase method) => !IsFramework(method) && method.Module != typeof(Importer).Module;

    private void ImportKernel(KernelSource source)
    {
        MethodInfo method = source.Method;
        StaticFields = source.StaticFields;
        (argumentBytes, specializedBlock) = (source.Arguments.Bytes, source.SpecializedBlock);
        Builder.Location = SourceLines.Find(method, KernelName, 0, null);
        var arguments = new List<CsValue>();
        if (!method.IsStatic)
        {
            // A lambda is an instance method, also where it captures nothing.
            if (StructLayout.Fields(method.DeclaringType!).Length > 0)
                throw Error("The kernel captures variables.", "Pass them as parameters, and declare the kernel 'public static void'.");
            arguments.Add(new ReceiverValue());
        }
        if (method.ReturnType != typeof(void))
            throw Error($"The kernel returns {Naming.Of(method.ReturnType)}.", "Return void and write results through an ArrayView.");
        int first = arguments.Count;
        var leaves = new Queue<ArgumentLayout.Leaf>(source.Arguments.Leaves);
        foreach (ParameterInfo parameter in method.GetParameters())
            arguments.Add(ImportParameter(parameter.ParameterType, parameter.Name!, leaves));
        if (!source.IsImplicit)
        {
            new MethodImporter(this, method, [.. arguments]).Import();
            return;
        }
        // Implicitly grouped: the first parameter holds the extent; the method gets this thread's index instead.
        Value[] extent = [.. arguments[first].Leaves];
        Value[] index = [.. Enumerable.Range(0, extent.Length).Select(GlobalIndex)];
        arguments[first] = arguments[first].WithLeaves(new Queue<Value>(index));
        Value inside = index.Zip(extent, (i, n) => Builder.Binary(Op.Lt, i, n)).Aggregate(Builder.And);
        Environment.If(inside, () => new MethodImporter(this, method, [.. arguments]).Import(), () => { });
    }

    public Value GlobalIndex(int axis) =>
        Builder.Add(Builder.Mul(Place(Op.GridIndex, axis), Place(Op.GroupDim, axis)), Place(Op.GroupIndex, axis));

    public Value Place(Op op, int axis = 0) => Builder.Emit(op, IrType.I32, [], axis);

    private CsValue ImportParameter(Type type, string name, Queue<ArgumentLayout.Leaf> leaves)
    {
        if (ArgumentLayout.HoldsView(type) && !ArgumentLayout.IsView(type))
        {
            return new StructValue(type,
                [.. StructLayout.Fields(type).Select(f => ImportParameter(f.FieldType, $"{name}.{Naming.Plain(f.Name)}", leaves))]);
        }
        constants = ArgumentLayout.IsSpecialized(type) ? specializedBlock : null;
        int offset = leaves.TryPeek(out ArgumentLayout.Leaf? leaf) && leaf.Type == type ? leaves.Dequeue().Offset : 0;
        if (leaf?.Element is not { } element || leaf.Type != type)
            return ImportScalars(type, name, offset);
        Value pointer = AddParameter(IrType.Pointer(AddressSpace.Global), name, offset, null, StructLayout.SizeOf(element));
        Value length = AddParameter(IrType.I64, name + ".Length", offset + 16, MemoryType.I64);
        return new ViewValue(element, pointer, length);
    }

    private CsValue ImportScalars(Type type, string name, int offset)
    {
        if (MemoryTypes.Of(type) is { } memory)
        {
            Value value = constants is null ? AddParameter(memory.ValueType(), name, offset, memory)
                : new Constant(memory.ValueType(), memory.Read(in constants[offset]));
            return new ScalarValue(type == typeof(bool) ? Builder.Binary(Op.Ne, value, Constant.I32(0)) : value);
        }
        if (!type.IsValueType)
        {
            throw Error($"Parameter '{name}' is {(type.IsByRef ? "a reference" : "an object")} ({Naming.Of(type)}).",
                "Kernels take ArrayView<T>, numbers, and structs of numbers.");
        }
        if (StructLayout.WhyNotMemory(type) is { } reason)
            throw Error($"Parameter '{name}': {reason}", "Declare a struct with a field for each number.");
        return new StructValue(type,
            [.. StructLayout.Parts(type)
                .Select(part => ImportScalars(part.Type, $"{name}.{Naming.Plain(part.Name)}", offset + part.Offset))]);
    }

    /// <summary>The bytes of the launch's dynamic shared memory.</summary>
    public Value DynamicSharedBytes => dynamicSharedBytes ??=
        AddParameter(IrType.I32, "dynamic shared bytes", argumentBytes, MemoryType.I32);

    private Parameter AddParameter(IrType type, string name, int offset, MemoryType? memory, int elementBytes = 0)
    {
        var parameter = new Parameter(type, parameters.Count, name, offset, memory) { ElementBytes = elementBytes };
        parameters.Add(parameter);
        return parameter;
    }
}
