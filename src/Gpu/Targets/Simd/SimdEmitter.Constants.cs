namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>Constants that are read from memory, which leaves the registers to what a kernel computes.</summary>
internal sealed partial class SimdEmitter
{
    /// <summary>How many of the constants read last are kept in variables.</summary>
    private const int MostRecent = 3;
    private readonly List<(IrType Type, long Bits, LocalBuilder Vector)> recent = [];
    /// <summary>The bits of the current region's pooled constants.</summary>
    private HashSet<long> pooled = [];
    private bool isInterleaved;

    /// <summary>
    /// Pushes a constant from the <see cref="ConstantPool"/> if it is a pooled one. The access is volatile; otherwise the JIT would keep
    /// the value in a register throughout a loop. Consecutive interleaved instructions share one access.
    /// </summary>
    private bool PushPooled(Constant constant)
    {
        if (!pooled.Contains(constant.Bits) || !usage.CanBePooled(constant) || ConstantPool.OffsetOf(constant.Int) is not { } offset)
            return false;
        int known = recent.FindIndex(one => one.Type == constant.Type && one.Bits == constant.Bits);
        if (known < 0)
        {
            il.Emit(OpCodes.Ldloc, constants);
            il.Emit(OpCodes.Ldc_I4, offset);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Volatile);
            il.Emit(OpCodes.Ldobj, vectors.Vector(constant.Type));
            if (!isInterleaved)
                return true;
            LocalBuilder local = il.DeclareLocal(vectors.Vector(constant.Type));
            il.Emit(OpCodes.Stloc, local);
            recent.Add((constant.Type, constant.Bits, local));
            known = recent.Count - 1;
        }
        il.Emit(OpCodes.Ldloc, recent[known].Vector);
        if (recent.Count > MostRecent)
            recent.RemoveAt(0);
        return true;
    }
}
