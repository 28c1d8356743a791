using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>What a function's accesses to memory have in common.</summary>
internal static class Accesses
{
    /// <summary>The bytes of the smallest access to an address space; all others are multiples of it.</summary>
    public static int Granule(Function function, AddressSpace space) => function.Body.All()
        .Where(i => IsAccess(i.Op) && i.Operands[0].Type.Space == space)
        .Select(i => i.Memory.Bytes())
        .DefaultIfEmpty(1)
        .Min();

    /// <summary>The views that the function may write to: all of them where a pointer's origin is not plain to see.</summary>
    public static HashSet<Parameter> WrittenParameters(Function function)
    {
        var written = new HashSet<Parameter>();
        foreach (Instruction instruction in function.Body.All())
        {
            if (!(instruction.Op is Op.Store or Op.StoreWide || instruction.Op.IsAtomic())
                || instruction.Operands[0].Type.Space != AddressSpace.Global)
                continue;
            if (Origin(instruction.Operands[0]) is Parameter parameter)
                written.Add(parameter);
            else
                return [.. function.Parameters];
        }
        return written;
    }

    private static Value Origin(Value pointer)
    {
        while (pointer is Instruction { Op: Op.PtrAdd } moved)
            pointer = moved.Operands[0];
        return pointer;
    }

    private static bool IsAccess(Op op) => op is Op.Load or Op.Store or Op.LoadWide or Op.StoreWide || op.IsAtomic();
}
