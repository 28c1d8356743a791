using System.Runtime.Intrinsics.X86;
using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>
/// Loads, stores and atomics. One address for all lanes is a scalar access; consecutive addresses are a vector access; all
/// else gathers or scatters. Under a mask nothing is touched for lanes that are not active.
/// </summary>
internal sealed partial class SimdEmitter
{
    private void EmitLoad(Instruction load, LocalBuilder[] target)
    {
        Value pointer = load.Operands[0];
        Value? condition = load.Operands.Length > 1 ? load.Operands[1] : null;
        Shape shape = variance.Of(pointer);
        if (!shape.IsVarying && shape.Stride == 0
            && (condition is null || variance.Of(condition).IsScalar && variance.Of(load.Operands[2]).IsScalar))
        {
            EmitScalarLoad(load, condition);
            if (!IsScalar(load))
                vectors.Call(il, "Create", VectorTypes.Element(load.Type));
            il.Emit(OpCodes.Stloc, target[0]);
            if (target.Length > 1)
            {
                il.Emit(OpCodes.Ldloc, target[0]);
                il.Emit(OpCodes.Stloc, target[1]);
            }
            return;
        }
        LocalBuilder? active = condition is null ? mask : CombineMask(condition);
        bool isContiguous = !shape.IsVarying && shape.Stride == load.Memory.Bytes();
        if (!isContiguous || !EmitContiguousLoad(load, active, target))
            EmitGather(load, active, target);
        if (condition is null)
            return;
        for (int half = 0; half < target.Length; half++)
        {
            Type vector = vectors.Vector(load.Type);
            PushMaskFor(condition, load.Type, half);
            il.Emit(OpCodes.Ldloc, target[half]);
            PushVector(load.Operands[2], half);
            vectors.Call(il, "ConditionalSelect", vector, vector, vector);
            il.Emit(OpCodes.Stloc, target[half]);
        }
    }

    private void EmitScalarLoad(Instruction load, Value? condition)
    {
        if (condition is null)
            PushLoaded();
        else
            Choose(condition, PushLoaded, () => PushScalar(load.Operands[2]));

        void PushLoaded()
        {
            PushScalar(load.Operands[0]);
            il.Emit(LoadIndirect(load.Memory));
        }
    }

    /// <summary>The lanes that are active and meet a condition, as a new mask.</summary>
    private LocalBuilder CombineMask(Value condition)
    {
        LocalBuilder combined = il.DeclareLocal(vectors.Vector(typeof(int)));
        PushVector(condition);
        if (mask is not null)
        {
            il.Emit(OpCodes.Ldloc, mask);
            vectors.Call(il, "BitwiseAnd", combined.LocalType, combined.LocalType);
        }
        il.Emit(OpCodes.Stloc, combined);
        return combined;
    }

    private bool EmitContiguousLoad(Instruction load, LocalBuilder? active, LocalBuilder[] target)
    {
        Type element = VectorTypes.Element(load.Type);
        int bytes = load.Memory.Bytes();
        if (bytes == 4 && active is not null)
        {
            PushScalar(load.Operands[0]);
            il.Emit(OpCodes.Ldloc, active);
            CallHelper(nameof(VectorHelpers.MaskLoad), typeof(int*), active.LocalType);
            As(typeof(int), element);
            il.Emit(OpCodes.Stloc, target[0]);
            return true;
        }
        if (active is not null)
            return false;
        if (load.Memory == MemoryType.U8)
        {
            PushScalar(load.Operands[0]);
            il.Emit(OpCodes.Ldloca, target[0]);
            CallHelper(nameof(VectorHelpers.WidenBytes), typeof(byte*), target[0].LocalType.MakeByRefType());
            return true;
        }
        if (bytes < 4)
            return false;
        for (int half = 0; half < target.Length; half++)
        {
            PushScalar(load.Operands[0]);
            PushHalfOffset(half);
            vectors.Call(il, "Load", element.MakePointerType());
            il.Emit(OpCodes.Stloc, target[half]);
        }
        return true;
    }

    private void CallHelper(string name, params Type[] types) => il.Emit(OpCodes.Call, typeof(VectorHelpers).GetMethod(name, types)!);

    private void PushHalfOffset(int half)
    {
        if (half == 0)
            return;
        il.Emit(OpCodes.Ldc_I4, width * 4);
        il.Emit(OpCodes.Add);
    }

    private void EmitGather(Instruction load, LocalBuilder? active, LocalBuilder[] target)
    {
        (Action pushBase, int scale) = PrepareAddress(load.Operands[0]);
        if (scale == 4 && load.Memory is MemoryType.F32 or MemoryType.I32)
        {
            pushBase();
            PushOffsets(load.Operands[0]);
            PushMask(active);
            Type vector = vectors.Vector(typeof(int));
            CallHelper(nameof(VectorHelpers.Gather4), typeof(byte*), vector, vector);
            As(typeof(int), VectorTypes.Element(load.Type));
            il.Emit(OpCodes.Stloc, target[0]);
            return;
        }
        StoreOffsets(load.Operands[0]);
        CallLanes(nameof(Lanes.Gather), pushBase, scale, active, load.Memory, width);
        TakeWork(load.Type, target);
    }

    /// <summary>Calls one of <see cref="Lanes"/> that go to memory.</summary>
    private void CallLanes(string name, Action pushBase, int scale, LocalBuilder? active, MemoryType memory, int last)
    {
        LoadFrame(nameof(WorkerFrame.Work));
        pushBase();
        il.Emit(OpCodes.Ldc_I4, scale);
        PushMaskBits(active);
        il.Emit(OpCodes.Ldc_I4, (int)memory);
        il.Emit(OpCodes.Ldc_I4, last);
        il.Emit(OpCodes.Call, typeof(Lanes).GetMethod(name)!);
    }

    private void TakeWork(IrType type, LocalBuilder[] target)
    {
        for (int half = 0; half < target.Length; half++)
        {
            LoadWork(type, half);
            il.Emit(OpCodes.Stloc, target[half]);
        }
    }

    /// <summary>Prefetches the cache line of the first lane's address; nothing if the addresses have no constant distance.</summary>
    private void EmitPrefetch(Value pointer)
    {
        if (variance.Of(pointer).IsVarying || !Sse.IsSupported)
            return;
        PushScalar(pointer);
        il.Emit(OpCodes.Call, typeof(Sse).GetMethod(nameof(Sse.Prefetch1))!);
    }

    private void EmitStore(Instruction store)
    {
        Value pointer = store.Operands[0], value = store.Operands[1];
        Shape shape = variance.Of(pointer);
        int bytes = store.Memory.Bytes();
        if (!shape.IsVarying && shape.Stride == 0 && variance.Of(value).IsScalar)
        {
            PushScalar(pointer);
            PushScalar(value);
            il.Emit(StoreIndirect(store.Memory));
            return;
        }
        if (!shape.IsVarying && shape.Stride == bytes && bytes == 4 && mask is not null)
        {
            PushScalar(pointer);
            il.Emit(OpCodes.Ldloc, mask);
            PushVector(value);
            As(VectorTypes.Element(value.Type), typeof(int));
            CallHelper(nameof(VectorHelpers.MaskStore), typeof(int*), mask.LocalType, mask.LocalType);
            return;
        }
        if (!shape.IsVarying && shape.Stride == bytes && bytes >= 4 && mask is null)
        {
            Type element = VectorTypes.Element(value.Type);
            for (int half = 0; half < VectorTypes.Halves(value.Type); half++)
            {
                PushVector(value, half);
                PushScalar(pointer);
                PushHalfOffset(half);
                vectors.Call(il, "Store", vectors.Vector(element), element.MakePointerType());
            }
            return;
        }
        (Action pushBase, int scale) = PrepareAddress(pointer);
        StoreOffsets(pointer);
        StoreWork(value, 1);
        CallLanes(nameof(Lanes.Scatter), pushBase, scale, mask, store.Memory, width);
    }

    private void EmitAtomic(Instruction atomic, LocalBuilder[] target)
    {
        if (width == 1)
        {
            EmitScalarAtomic(atomic, target[0]);
            return;
        }
        (Action pushBase, int scale) = PrepareAddress(atomic.Operands[0]);
        StoreOffsets(atomic.Operands[0]);
        for (int operand = 1; operand < atomic.Operands.Length; operand++)
            StoreWork(atomic.Operands[operand], operand == atomic.Operands.Length - 1 ? 1 : 2);
        CallLanes(nameof(Lanes.Atomically), pushBase, scale, mask, atomic.Memory, (int)atomic.Op);
        TakeWork(atomic.Type, target);
    }

    private void EmitScalarAtomic(Instruction atomic, LocalBuilder target)
    {
        bool isFloat = atomic.Memory == MemoryType.F32;
        bool compares = atomic.Op == Op.AtomicCompareExchange;
        PushScalar(atomic.Operands[0]);
        PushBits(atomic.Operands[^1]);
        if (atomic.Type == IrType.I64)
        {
            if (compares)
                PushScalar(atomic.Operands[1]);
            else
                il.Emit(OpCodes.Ldc_I8, 0L);
            il.Emit(OpCodes.Ldc_I4, (int)atomic.Op);
            il.Emit(
                OpCodes.Call, typeof(Atomics).GetMethod(nameof(Atomics.Apply), [typeof(byte*), typeof(long), typeof(long), typeof(Op)])!);
        }
        else
        {
            if (compares)
                PushBits(atomic.Operands[1]);
            else
                il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(isFloat ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Ldc_I4, (int)atomic.Op);
            il.Emit(OpCodes.Call,
                typeof(Atomics).GetMethod(nameof(Atomics.Apply), [typeof(byte*), typeof(int), typeof(int), typeof(bool), typeof(Op)])!);
            if (isFloat)
                il.Emit(OpCodes.Call, BitCastMethod(IrType.I32));
        }
        il.Emit(OpCodes.Stloc, target);

        void PushBits(Value value)
        {
            PushScalar(value);
            if (isFloat)
                il.Emit(OpCodes.Call, BitCastMethod(IrType.F32));
        }
    }

    /// <summary>
    /// Takes an address that differs between lanes apart: a base for all of them, and for each an offset in units of a
    /// scale (see <see cref="PushOffsets"/>).
    /// </summary>
    private (Action PushBase, int Scale) PrepareAddress(Value pointer)
    {
        (List<Action> scalars, List<(Value Index, long Bytes)> terms) = TakeApart(pointer);
        int scale = Scale(terms);
        return (() =>
        {
            for (int i = 0; i < scalars.Count; i++)
            {
                scalars[i]();
                if (i > 0)
                    il.Emit(OpCodes.Add);
            }
        }, scale);
    }

    /// <summary>The unit of the offsets in bytes: that of the indices if they share one, else 1.</summary>
    private static int Scale(List<(Value Index, long Bytes)> terms) =>
        terms is [(_, <= 8 and var bytes), ..] && terms.TrueForAll(term => term.Bytes == bytes) ? (int)bytes : 1;

    private (List<Action> Scalars, List<(Value Index, long Bytes)> Terms) TakeApart(Value pointer)
    {
        var scalars = new List<Action>();
        var terms = new List<(Value, long)>();
        Walk(pointer);
        return (scalars, terms);

        void Walk(Value at)
        {
            if (variance.Of(at).IsScalar)
            {
                scalars.Add(() => PushScalar(at));
                return;
            }
            if (at is not Instruction { Op: Op.PtrAdd } add)
            {
                throw new KernelCompilationException(function.Name, (at as Instruction)?.Location,
                    "Threads of one group choose between different views.",
                    "Choose between the loaded values instead.");
            }
            Walk(add.Operands[0]);
            Value index = add.Operands[1];
            if (variance.Of(index).IsScalar)
            {
                scalars.Add(() =>
                {
                    PushScalar(index);
                    il.Emit(OpCodes.Conv_I);
                    PushScale(add.Attribute);
                });
            }
            else
            {
                terms.Add((index, add.Attribute));
            }
        }
    }

    /// <summary>Pushes each lane's offset from the base address: the sum of its indices in units of the scale, or 0 without any.</summary>
    private void PushOffsets(Value pointer)
    {
        List<(Value Index, long Bytes)> terms = TakeApart(pointer).Terms;
        Type vector = vectors.Vector(typeof(int));
        if (terms.Count == 0)
        {
            il.Emit(OpCodes.Ldc_I4_0);
            vectors.Call(il, "Create", typeof(int));
            return;
        }
        int scale = Scale(terms);
        for (int i = 0; i < terms.Count; i++)
        {
            PushIndex(terms[i].Index);
            if (terms[i].Bytes != scale)
            {
                il.Emit(OpCodes.Ldc_I4, checked((int)terms[i].Bytes));
                vectors.Call(il, "Create", typeof(int));
                vectors.Call(il, "Multiply", vector, vector);
            }
            if (i > 0)
                vectors.Call(il, "Add", vector, vector);
        }
    }

    private void PushIndex(Value index)
    {
        PushVector(index, 0);
        if (index.Type != IrType.I64)
            return;
        PushVector(index, 1);
        vectors.Call(il, "Narrow", vectors.Vector(typeof(long)), vectors.Vector(typeof(long)));
    }

    private void StoreOffsets(Value pointer)
    {
        PushOffsets(pointer);
        StoreWorkVector(IrType.I32, 0, 0);
    }

    private void PushMask(LocalBuilder? active)
    {
        if (active is not null)
        {
            il.Emit(OpCodes.Ldloc, active);
            return;
        }
        il.Emit(OpCodes.Ldc_I4_M1);
        vectors.Call(il, "Create", typeof(int));
    }

    /// <summary>Pushes the active lanes as the bits of a ulong.</summary>
    private void PushMaskBits(LocalBuilder? active)
    {
        if (active is null)
        {
            il.Emit(OpCodes.Ldc_I8, (1L << width) - 1);
            return;
        }
        il.Emit(OpCodes.Ldloc, active);
        vectors.Call(il, "ExtractMostSignificantBits", active.LocalType);
        il.Emit(OpCodes.Conv_U8);
    }
}
