using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// The variables of values. With more than a thousand the JIT keeps no variable in a register throughout a loop, and it adds some of its
/// own: a kernel with many values reuses a value's variable once the value is no longer read. With few, each value has its own, which the
/// JIT optimizes best.
/// </summary>
internal sealed partial class SimdEmitter
{
    /// <summary>
    /// The most values that have a variable each; half of what the JIT can handle, since loops and 64-bit numbers need further ones.
    /// </summary>
    public const int MostValues = 512;

    private readonly Dictionary<Type, Stack<LocalBuilder>> free = [];
    // Values that have a variable of their own, until it is freed.
    private readonly HashSet<Instruction> declared = new(ReferenceEqualityComparer.Instance);
    private readonly bool reusesLocals;

    private static int Values(Function function, Usage usage) =>
        function.Body.All().Count(i => i is not StructuredInstruction && !usage.IsDeferred(i));

    private LocalBuilder[] Declare(Value value) =>
        locals[value] = IsScalar(value) ? [NewLocal(ScalarType(value.Type))] : DeclareVectors(value.Type);

    private LocalBuilder[] DeclareVectors(IrType type) =>
        [.. Enumerable.Range(0, VectorTypes.Halves(type)).Select(_ => NewLocal(vectors.Vector(type)))];

    private LocalBuilder NewLocal(Type type) =>
        free.TryGetValue(type, out Stack<LocalBuilder>? ready) && ready.TryPop(out LocalBuilder? local) ? local : il.DeclareLocal(type);

    /// <summary>The values of a region by the position after which they are no longer read.</summary>
    private ILookup<int, Instruction>? LastUses(Region region) => !reusesLocals
        ? null
        : region.Instructions.Where(i => i is not StructuredInstruction && !usage.IsDeferred(i))
            .ToLookup(i => Math.Max(usage.LastUse(i), usage.PositionOf(i)));

    /// <summary>Frees the variables of values that were declared for them alone.</summary>
    private void Free(IEnumerable<Instruction> values)
    {
        foreach (Instruction value in values)
        {
            // Removed, since a region may be emitted a second time, under a mask.
            if (!declared.Remove(value) || !locals.Remove(value, out LocalBuilder[]? own))
                continue;
            foreach (LocalBuilder local in own)
            {
                if (!free.TryGetValue(local.LocalType, out Stack<LocalBuilder>? ready))
                    free.Add(local.LocalType, ready = []);
                ready.Push(local);
            }
        }
    }
}
