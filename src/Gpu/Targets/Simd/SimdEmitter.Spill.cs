namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// The spill area: a value that one run defines and another needs has a place there for each vector of the group. Uniform
/// values need none: their variable is the same for all vectors.
/// </summary>
internal sealed partial class SimdEmitter
{
    private readonly Dictionary<Value, (long Offset, int Bytes)> spilled = new(ReferenceEqualityComparer.Instance);

    /// <summary>Gives a place to every value that is not uniform and is needed outside the run that defines it.</summary>
    private void FindSpilled(Region region)
    {
        foreach (Instruction i in region.Instructions)
        {
            if (i is not StructuredInstruction structured)
            {
                SpillIfCrossing(i, i);
                continue;
            }
            foreach (Result result in structured.Results)
            {
                if (i.HasBarrier)
                    AddSpill(result);
                else
                    SpillIfCrossing(result, i);
            }
            if (!i.HasBarrier)
                continue;
            foreach (Region nested in structured.Regions)
            {
                foreach (RegionArgument argument in nested.Arguments)
                    AddSpill(argument);
                FindSpilled(nested);
            }
        }
    }

    private void SpillIfCrossing(Value value, Instruction definition)
    {
        // A user that is null is the end of a region at group level: yields are copied in a run of their own.
        if (usage.ReadersOf(value).Any(u => u is null || runOf[u] != runOf[definition]))
            AddSpill(value);
    }

    private void AddSpill(Value value)
    {
        if (variance.Of(value).IsUniform || value is Instruction i && usage.IsDeferred(i))
            return;
        int bytes = IsScalar(value) ? 8 : width * value.Type.Bytes;
        spilled[value] = (SpillBytes, bytes);
        SpillBytes += (long)bytes * chunks;
    }

    private void SpillIfNeeded(Value value)
    {
        if (spilled.ContainsKey(value))
            StoreSpill(value, locals[value]);
    }

    private void StoreSpill(Value value, LocalBuilder[] variable)
    {
        for (int half = 0; half < variable.Length; half++)
        {
            if (IsScalar(value))
            {
                PushSpillAddress(value, 0);
                il.Emit(OpCodes.Ldloc, variable[half]);
                il.Emit(StoreIndirect(SpillType(value.Type)));
                continue;
            }
            Type element = VectorTypes.Element(value.Type);
            il.Emit(OpCodes.Ldloc, variable[half]);
            PushSpillAddress(value, half);
            vectors.Call(il, "Store", vectors.Vector(element), element.MakePointerType());
        }
    }

    private bool PushSpilledScalar(Value value)
    {
        if (!spilled.ContainsKey(value))
            return false;
        PushSpillAddress(value, 0);
        if (IsScalar(value))
        {
            il.Emit(LoadIndirect(SpillType(value.Type)));
            if (value.Type.IsPointer)
                il.Emit(OpCodes.Conv_I);
        }
        else
        {
            Type element = VectorTypes.Element(value.Type);
            vectors.Call(il, "Load", element.MakePointerType());
            vectors.Call(il, "ToScalar", vectors.Vector(element));
        }
        return true;
    }

    private bool PushSpilledVector(Value value, int half)
    {
        if (!spilled.ContainsKey(value))
            return false;
        PushSpillAddress(value, half);
        vectors.Call(il, "Load", VectorTypes.Element(value.Type).MakePointerType());
        return true;
    }

    private static MemoryType SpillType(IrType type) => type.Scalar switch
    {
        Scalar.F32 => MemoryType.F32,
        Scalar.F64 => MemoryType.F64,
        Scalar.I64 or Scalar.Pointer => MemoryType.I64,
        _ => MemoryType.I32,
    };

    /// <summary>Spill area + place + (first lane / width) · bytes.</summary>
    private void PushSpillAddress(Value value, int half)
    {
        (long offset, int bytes) = spilled[value];
        LoadFrame(nameof(WorkerFrame.Spill));
        il.Emit(OpCodes.Ldc_I4, checked((int)offset) + half * width * 4);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Ldloc, firstLane!);
        il.Emit(OpCodes.Ldc_I4, width);
        il.Emit(OpCodes.Div);
        il.Emit(OpCodes.Ldc_I4, bytes);
        il.Emit(OpCodes.Mul);
        il.Emit(OpCodes.Add);
    }
}
