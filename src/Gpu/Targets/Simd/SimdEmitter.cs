using VaeGpu.Gpu.Passes;

namespace VaeGpu.Gpu.Targets.Simd;

/// <summary>What a worker gives to emitted code.</summary>
internal unsafe struct WorkerFrame
{
    public byte* Arguments;
    public byte* Shared;
    public byte* Spill;
    public byte* Work;
    public byte* Constants;
    public int GridX;
    public int GridY;
    public int GridZ;
    /// <summary>The group's place in the grid, in memory: variables would take registers throughout the group's loops.</summary>
    public int IndexX;
    public int IndexY;
    public int IndexZ;
}

/// <summary>Runs the groups first … last − 1 of a grid.</summary>
internal unsafe delegate void GroupRunner(WorkerFrame* frame, int first, int last);

/// <summary>A kernel as emitted for one group shape, and what it needs of a worker.</summary>
/// <param name="Runner">The code; the JIT compiles it at its first call.</param>
/// <param name="SharedBytes">The bytes of static shared arrays; dynamic shared memory follows them.</param>
/// <param name="SpillBytes">The bytes that values take which live across a barrier.</param>
/// <param name="IlBytes">The size of the IL.</param>
/// <param name="Locals">The number of its variables.</param>
internal sealed record SimdProgram(GroupRunner Runner, long SharedBytes, long SpillBytes, int IlBytes, int Locals)
{
    /// <summary>Whether the JIT optimizes the code: beyond its limits it compiles without keeping variables in registers.</summary>
    public bool IsOptimized => IlBytes <= 60_000 && Locals <= 2_000;
}

/// <summary>
/// Emits a kernel as IL over vectors: a lane is a thread. One call runs a range of groups. A value that is the same in all
/// lanes is a scalar, one of the form base + lane · stride is its base, all else is a vector (two of 64-bit values).
/// Branches on scalars are branches; those on vectors run both ways under a mask. A group larger than a vector runs as
/// several vectors one after the other, between barriers (see the part on groups).
/// </summary>
internal sealed partial class SimdEmitter
{
    private static readonly string[] gridPlaces = [nameof(WorkerFrame.IndexX), nameof(WorkerFrame.IndexY), nameof(WorkerFrame.IndexZ)];

    private readonly Function function;
    private readonly Index3D groupDim;
    private readonly int width, groupSize, chunks;
    private readonly Variance variance;
    private readonly Usage usage;
    private readonly VectorTypes vectors;
    private readonly IlWriter il;
    private readonly SimdListing? listing;
    private readonly DynamicMethod method;
    private readonly Dictionary<Value, LocalBuilder[]> locals = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, long> sharedOffsets = new(ReferenceEqualityComparer.Instance);
    private readonly LocalBuilder[] gridIndex;
    private readonly LocalBuilder constants;
    private LocalBuilder? firstLane;
    private LocalBuilder? mask;

    private SimdEmitter(Function function, Index3D groupDim, int width, SimdListing? listing, int mostValues)
    {
        this.function = function;
        this.groupDim = groupDim;
        this.width = width;
        this.listing = listing;
        groupSize = groupDim.Size;
        chunks = (groupSize + width - 1) / width;
        variance = Variance.Analyze(function, groupDim, width);
        usage = new Usage(function, variance, width);
        reusesLocals = Values(function, usage) > mostValues;
        vectors = VectorTypes.Of(Math.Max(width, 4));
        method = new DynamicMethod(function.Name, typeof(void), [typeof(WorkerFrame*), typeof(int), typeof(int)],
            typeof(SimdEmitter).Module, skipVisibility: true)
        {
            InitLocals = false,
        };
        // A constant that was read on one path to a label is not known behind it.
        il = new IlWriter(method.GetILGenerator(4096), listing) { LabelMarked = recent.Clear };
        gridIndex = [il.DeclareLocal(typeof(int)), il.DeclareLocal(typeof(int)), il.DeclareLocal(typeof(int))];
        constants = il.DeclareLocal(typeof(byte*));
        foreach (Instruction array in function.Body.All().Where(i => i.Op == Op.SharedArray))
        {
            sharedOffsets[array] = SharedBytes;
            SharedBytes += (array.Attribute + 63) & ~63L;
        }
    }

    private long SharedBytes { get; }

    private long SpillBytes { get; set; }

    /// <param name="function">The kernel, after the passes.</param>
    /// <param name="groupDim">The shape of its groups.</param>
    /// <param name="width">Lanes: 16, 8, 4, or 1 for scalar code.</param>
    /// <param name="listing">Where to write what is emitted for people to read, or null.</param>
    /// <param name="mostValues">The most values that have a variable each; in a kernel with more, values share variables.</param>
    public static SimdProgram Emit(
        Function function, Index3D groupDim, int width, SimdListing? listing = null, int mostValues = MostValues)
    {
        var emitter = new SimdEmitter(CarriedOffsets.Apply(function, groupDim, width), groupDim, width, listing, mostValues);
        emitter.EmitMethod();
        int locals = emitter.il.DeclareLocal(typeof(int)).LocalIndex;
        return new(emitter.method.CreateDelegate<GroupRunner>(), emitter.SharedBytes, emitter.SpillBytes, emitter.il.ILOffset, locals);
    }

    private void EmitMethod()
    {
        LoadFrame(nameof(WorkerFrame.Constants));
        il.Emit(OpCodes.Stloc, constants);
        foreach (Parameter parameter in function.Parameters)
        {
            if (usage.UsersOf(parameter).Count > 0 && !usage.IsReadOutsideLoopsOnly(parameter))
            {
                PushParameter(parameter);
                il.Emit(OpCodes.Stloc, Declare(parameter)[0]);
            }
        }
        // for (group = first; group < last; group++)
        LocalBuilder group = il.DeclareLocal(typeof(int));
        Label body = il.DefineLabel(), test = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Stloc, group);
        EmitFirstGridIndex(group);
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(body);
        foreach ((int axis, string place) in gridPlaces.Index())
        {
            LoadFrame(place);
            il.Emit(OpCodes.Stloc, gridIndex[axis]);
        }
        EmitGroup();
        EmitNextGridIndex();
        il.Emit(OpCodes.Ldloc, group);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, group);
        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, group);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Blt, body);
        il.Emit(OpCodes.Ret);
    }

    private void EmitGroup()
    {
        if (chunks > 1 && function.UsesBarriers)
            EmitInRuns();
        else
            EmitChunks(() => EmitRegion(function.Body));
    }

    /// <summary>Emits the same for each vector of the group.</summary>
    private void EmitChunks(Action body)
    {
        firstLane ??= il.DeclareLocal(typeof(int));
        Label again = il.DefineLabel();
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Stloc, firstLane);
        il.MarkLabel(again);
        mask = null;
        if (groupSize % width != 0)
            EmitTailMask();
        body();
        if (chunks == 1)
            return;
        il.Emit(OpCodes.Ldloc, firstLane);
        il.Emit(OpCodes.Ldc_I4, width);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, firstLane);
        il.Emit(OpCodes.Ldloc, firstLane);
        il.Emit(OpCodes.Ldc_I4, groupSize);
        il.Emit(OpCodes.Blt, again);
    }

    /// <summary>The mask of the lanes that the group has: all but in its last vector.</summary>
    private void EmitTailMask()
    {
        mask = il.DeclareLocal(vectors.Vector(IrType.Bool));
        il.Emit(OpCodes.Ldloc, firstLane!);
        il.Emit(OpCodes.Ldc_I4_1);
        vectors.Call(il, "CreateSequence", typeof(int), typeof(int));
        il.Emit(OpCodes.Ldc_I4, groupSize);
        vectors.Call(il, "Create", typeof(int));
        vectors.Call(il, "LessThan", vectors.Vector(IrType.I32), vectors.Vector(IrType.I32));
        il.Emit(OpCodes.Stloc, mask);
    }

    /// <summary>Notes the grid index of the call's first group.</summary>
    private void EmitFirstGridIndex(LocalBuilder group)
    {
        LocalBuilder row = il.DeclareLocal(typeof(int));
        il.Emit(OpCodes.Ldloc, group);
        LoadFrame(nameof(WorkerFrame.GridX));
        il.Emit(OpCodes.Div);
        il.Emit(OpCodes.Stloc, row);
        Store(nameof(WorkerFrame.IndexX), group, nameof(WorkerFrame.GridX), OpCodes.Rem);
        Store(nameof(WorkerFrame.IndexY), row, nameof(WorkerFrame.GridY), OpCodes.Rem);
        Store(nameof(WorkerFrame.IndexZ), row, nameof(WorkerFrame.GridY), OpCodes.Div);

        void Store(string place, LocalBuilder dividend, string extent, OpCode operation)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldloc, dividend);
            LoadFrame(extent);
            il.Emit(operation);
            il.Emit(OpCodes.Stfld, typeof(WorkerFrame).GetField(place)!);
        }
    }

    /// <summary>Notes the grid index of the next group, without divisions, which would take longer than a small group.</summary>
    private void EmitNextGridIndex()
    {
        Label done = il.DefineLabel();
        foreach ((string place, string? extent) in gridPlaces.Zip([nameof(WorkerFrame.GridX), nameof(WorkerFrame.GridY), (string?)null]))
        {
            Store(place, () =>
            {
                LoadFrame(place);
                il.Emit(OpCodes.Ldc_I4_1);
                il.Emit(OpCodes.Add);
            });
            if (extent is null)
                break;
            LoadFrame(place);
            LoadFrame(extent);
            il.Emit(OpCodes.Blt, done);
            Store(place, () => il.Emit(OpCodes.Ldc_I4_0));
        }
        il.MarkLabel(done);

        void Store(string place, Action value)
        {
            il.Emit(OpCodes.Ldarg_0);
            value();
            il.Emit(OpCodes.Stfld, typeof(WorkerFrame).GetField(place)!);
        }
    }

    private void LoadFrame(string field)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, typeof(WorkerFrame).GetField(field)!);
    }

    private void PushParameter(Parameter parameter)
    {
        LoadArgument(parameter.ByteOffset);
        if (parameter.Memory is { } memory)
        {
            il.Emit(LoadIndirect(memory));
        }
        else
        {
            // The view's handle is an address here; its offset in bytes lies behind it.
            il.Emit(OpCodes.Ldind_I);
            LoadArgument(parameter.ByteOffset + 8);
            il.Emit(OpCodes.Ldind_I8);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Add);
        }
    }

    private void LoadArgument(int offset)
    {
        LoadFrame(nameof(WorkerFrame.Arguments));
        il.Emit(OpCodes.Ldc_I4, offset);
        il.Emit(OpCodes.Add);
    }

    /// <summary>Whether a value is kept as one scalar: itself, or its base.</summary>
    private bool IsScalar(Value value) => !variance.Of(value).IsVarying && !IsBroadcast(value);

    /// <summary>A loaded scalar that only vectors use is kept as a vector: the load and the broadcast are one instruction.</summary>
    private bool IsBroadcast(Value value) =>
        width > 1 && value is Instruction { Op: Op.Load } load && load.Type == IrType.F32 && variance.Of(load).IsScalar
        && usage.UsersOf(load) is { Count: > 0 } users
        && users.All(u => u is not null and not StructuredInstruction && !u.Op.IsBarrier()
            && (u.Op == Op.Store
                ? variance.Of(u.Operands[0]).IsVarying || variance.Of(u.Operands[0]).Stride != 0
                : variance.Of(u).IsVarying));

    private static Type ScalarType(IrType type) => type.IsPointer ? typeof(byte*) : VectorTypes.Element(type);

    private void EmitRegion(Region region)
    {
        (HashSet<long> Pooled, bool IsInterleaved) outside = (pooled, isInterleaved);
        (pooled, isInterleaved) = (usage.CommonConstants(region), usage.IsInterleaved(region));
        ILookup<int, Instruction>? lastUses = LastUses(region);
        for (int i = 0; i < region.Instructions.Count; i++)
        {
            EmitInstruction(region.Instructions[i]);
            if (lastUses is not null)
                Free(lastUses[i]);
        }
        (pooled, isInterleaved) = outside;
    }

    private void EmitInstruction(Instruction i)
    {
        if (!usage.IsDeferred(i))
            listing?.Start(i, i is StructuredInstruction ? "" : variance.Of(i).IsVarying ? "vector" : "scalar");
        switch (i)
        {
            case If branch:
                EmitIf(branch);
                return;
            case For loop:
                EmitFor(loop);
                return;
            case While loop:
                EmitWhile(loop);
                return;
        }
        if (usage.IsDeferred(i))
            return;
        switch (i.Op)
        {
            case Op.Store:
                EmitStore(i);
                break;
            case Op.Prefetch:
                EmitPrefetch(i.Operands[0]);
                break;
            // Lanes of one vector are in step: between them there is nothing to wait for.
            case Op.Barrier or Op.WarpBarrier or Op.FenceGroup or Op.Independent or Op.InOrder:
                break;
            case Op.FenceDevice:
                il.Emit(OpCodes.Call, typeof(Thread).GetMethod(nameof(Thread.MemoryBarrier))!);
                break;
            default:
                EmitDefinition(i);
                break;
        }
    }

    private void EmitDefinition(Instruction i)
    {
        if (!locals.TryGetValue(i, out LocalBuilder[]? target))
        {
            target = Declare(i);
            declared.Add(i);
        }
        if (i.Op.IsAtomic())
            EmitAtomic(i, target);
        else if (i.Op == Op.Load)
            EmitLoad(i, target);
        else if (IsScalar(i))
        {
            EmitScalarOperation(i);
            il.Emit(OpCodes.Stloc, target[0]);
        }
        else
        {
            for (int half = 0; half < target.Length; half++)
            {
                EmitVectorOperation(i, half);
                il.Emit(OpCodes.Stloc, target[half]);
            }
        }
        SpillIfNeeded(i);
    }
}
