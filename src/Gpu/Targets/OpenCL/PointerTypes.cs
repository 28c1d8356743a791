using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.OpenCL;

/// <summary>
/// What each pointer points to. The IR's pointers have no element type; those that can be one and the same memory get
/// the type of all accesses through them, where that is one type, and are bytes otherwise.
/// </summary>
internal sealed class PointerTypes
{
    private readonly PointerClasses classes;
    private readonly Dictionary<Value, MemoryType?> elements = [];
    private readonly HashSet<MemoryType> accessed = [];

    public PointerTypes(Function function)
    {
        classes = new PointerClasses(function);
        foreach (Instruction instruction in function.Body.All().Where(i => i.Op is Op.Load or Op.Store || i.Op.IsAtomic()))
        {
            Value root = classes.Of(instruction.Operands[0]);
            bool agrees = !elements.TryGetValue(root, out MemoryType? known) || known == instruction.Memory;
            elements[root] = agrees ? instruction.Memory : null;
            accessed.Add(instruction.Memory);
            if (instruction.Op.IsAtomic() && instruction.Memory == MemoryType.F32)
                accessed.Add(MemoryType.I32);
        }
    }

    /// <summary>The types that are accessed, where C could take accesses of different types to be of different memory.</summary>
    public IEnumerable<MemoryType> Aliasing => accessed.Count > 1 ? accessed.Where(t => t.Bytes() > 1).Order() : [];

    /// <summary>The type behind a pointer; null for bytes.</summary>
    public MemoryType? Element(Value pointer) => elements.GetValueOrDefault(classes.Of(pointer));

    /// <summary>The name of a type in memory.</summary>
    public string Name(MemoryType type) => (accessed.Count > 1 && type.Bytes() > 1 ? "any_" : "") + OpenCLTypes.Name(type);

    /// <summary>The name of a pointer's type.</summary>
    public string Name(Value pointer) => Name(pointer.Type.Space, Element(pointer));

    /// <summary>The name of the type of pointers to elements of a type.</summary>
    public string Name(AddressSpace space, MemoryType? element) =>
        $"{OpenCLTypes.Name(space)} {(element is { } type ? Name(type) : "char")}*";
}
