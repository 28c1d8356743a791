using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>Which views a kernel writes, so that the others can be read through the cache for memory that does not change.</summary>
internal sealed class ViewAccesses
{
    private readonly PointerClasses classes;
    private readonly HashSet<Value> written = new(ReferenceEqualityComparer.Instance);
    private readonly bool restrict;

    public ViewAccesses(Function function, bool restrict)
    {
        this.restrict = restrict;
        classes = new PointerClasses(function);
        Instruction[] all = [.. function.Body.All()];
        // What is known by its address may be written wherever one is written to.
        bool byHand = !all.OfType<AssemblyText>().All(assembly => HandWrittenPtx.KeepsGlobalMemory(assembly.Text));
        foreach (Instruction instruction in all)
        {
            if (instruction.Op is Op.Store or Op.StoreWide || instruction.Op == Op.Address && byHand || instruction.Op.IsAtomic())
                written.Add(classes.Of(instruction.Operands[0]));
        }
    }

    /// <summary>Whether nothing in the launch writes what a pointer leads to, taking for granted what the launch checks.</summary>
    public bool IsReadOnly(Value pointer) =>
        restrict && pointer.Type.Space == AddressSpace.Global && !written.Contains(classes.Of(pointer));

    public PtxAccess Of(Parameter parameter) =>
        !parameter.Type.IsPointer ? PtxAccess.None
        : written.Contains(classes.Of(parameter)) ? PtxAccess.Written
        : restrict ? PtxAccess.ReadOnly : PtxAccess.None;
}
