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
        foreach (Instruction instruction in function.Body.All())
        {
            // What is known only by its address may be written by hand.
            if (instruction.Op is Op.Store or Op.StoreWide or Op.Address || instruction.Op.IsAtomic())
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
