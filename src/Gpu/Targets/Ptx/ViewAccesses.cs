using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>Which views a kernel writes, so that the others can be read through the cache for memory that does not change.</summary>
internal sealed class ViewAccesses
{
    private readonly WrittenMemory written;
    private readonly bool restrict;

    public ViewAccesses(Function function, bool restrict)
    {
        this.restrict = restrict;
        // What is known by its address may be written wherever one is written to.
        bool byHand = !function.Body.All().OfType<AssemblyText>().All(assembly => HandWrittenPtx.KeepsGlobalMemory(assembly.Text));
        written = new WrittenMemory(function, i => i.Op == Op.Address && byHand);
    }

    /// <summary>Whether nothing in the launch writes what a pointer leads to, taking for granted what the launch checks.</summary>
    public bool IsReadOnly(Value pointer) => restrict && pointer.Type.Space == AddressSpace.Global && !written.Contains(pointer);

    public PtxAccess Of(Parameter parameter) =>
        !parameter.Type.IsPointer ? PtxAccess.None
        : written.Contains(parameter) ? PtxAccess.Written
        : restrict ? PtxAccess.ReadOnly : PtxAccess.None;
}
