namespace VaeGpu.Gpu.Passes;

/// <summary>Which views and arrays a kernel writes.</summary>
/// <param name="function">The kernel.</param>
/// <param name="alsoWrites">What writes besides stores and atomics.</param>
internal sealed class WrittenMemory(Function function, Func<Instruction, bool>? alsoWrites = null)
{
    private readonly PointerClasses classes = new(function);
    private HashSet<Value>? written;

    /// <summary>Whether something may write what a pointer leads to.</summary>
    public bool Contains(Value pointer)
    {
        written ??= function.Body.All()
            .Where(i => i.Op is Op.Store or Op.StoreWide || i.Op.IsAtomic() || alsoWrites?.Invoke(i) == true)
            .Select(i => classes.Of(i.Operands[0])).ToHashSet<Value>(ReferenceEqualityComparer.Instance);
        return written.Contains(classes.Of(pointer));
    }
}
