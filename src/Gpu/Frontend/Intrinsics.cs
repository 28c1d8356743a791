using ILGPU.Runtime.Cuda;

namespace VaeGpu.Gpu.Frontend;

/// <summary>The methods that the compiler knows: the kernel vocabulary and the mathematics of .NET. All else is inlined.</summary>
internal static partial class Intrinsics
{
    private delegate CsValue? Handler(Importer importer, MethodBase method, CsValue[] arguments);

    private static readonly Dictionary<string, Handler> named = CreateNamed();
    private static readonly Dictionary<(Type Type, string Name), Handler> handlers = Create();

    public static bool TryImport(Importer importer, MethodBase method, CsValue[] arguments, out CsValue? result)
    {
        result = null;
        Type type = method.DeclaringType!;
        if (type.IsGenericType && type.GetGenericTypeDefinition() is var definition
            && (definition == typeof(ArrayView<>) || definition == typeof(EqualityComparer<>)))
            type = definition;
        // Some of ILGPU's types are its own affair; they are known by name.
        if (!handlers.TryGetValue((type, method.Name), out Handler? handler)
            && !(type.Module == ilgpu && named.TryGetValue($"{type.Name}.{method.Name}", out handler)))
        {
            return false;
        }
        result = handler(importer, method, Numbers(importer, method, arguments));
        return !ReferenceEquals(result, inline);
    }

    /// <summary>A Bool is 0 or 1 where the method takes a number.</summary>
    private static CsValue[] Numbers(Importer m, MethodBase method, CsValue[] given)
    {
        ParameterInfo[] parameters = method.GetParameters();
        int hidden = given.Length - parameters.Length;
        return Array.ConvertAll([.. Enumerable.Range(0, given.Length)], i =>
            i >= hidden && given[i] is ScalarValue { Value: var v } && v.Type == IrType.Bool
                && parameters[i - hidden].ParameterType != typeof(bool)
                ? new ScalarValue(m.Builder.Emit(Op.BoolToInt, IrType.I32, [v]))
                : given[i]);
    }

    /// <summary>What a handler gives where the method's own IL is to be read after all.</summary>
    private static readonly CsValue inline = new NoValue("", "");

    private static readonly Module ilgpu = typeof(ArrayView<>).Module;

    private static Dictionary<(Type, string), Handler> Create()
    {
        var table = new Dictionary<(Type, string), Handler>();
        AddPlaces(table);
        AddSynchronization(table);
        AddViews(table);
        AddAtomics(table);
        AddMathematics(table);
        AddEquality(table);
        AddAssembly(table);
        AddUtilities(table);
        return table;
    }

    private static void AddPlaces(Dictionary<(Type, string), Handler> table)
    {
        string[] axes = ["X", "Y", "Z"];
        for (int a = 0; a < 3; a++)
        {
            int axis = a;
            table[(typeof(Group), "get_Idx" + axes[a])] = (m, _, _) => new ScalarValue(m.Place(Op.GroupIndex, axis));
            table[(typeof(Group), "get_Dim" + axes[a])] = (m, _, _) => new ScalarValue(m.Place(Op.GroupDim, axis));
            table[(typeof(Grid), "get_Idx" + axes[a])] = (m, _, _) => new ScalarValue(m.Place(Op.GridIndex, axis));
            table[(typeof(Grid), "get_Dim" + axes[a])] = (m, _, _) => new ScalarValue(m.Place(Op.GridDim, axis));
        }
        table[(typeof(Warp), "get_LaneIdx")] = (m, _, _) => new ScalarValue(m.Place(Op.LaneIndex));
        table[(typeof(Warp), "get_WarpIdx")] = (m, _, _) => new ScalarValue(m.Place(Op.WarpIndex));
        table[(typeof(Warp), "get_WarpSize")] = (m, _, _) => new ScalarValue(m.Place(Op.WarpSize));
    }

    private static void AddSynchronization(Dictionary<(Type, string), Handler> table)
    {
        void Effect(Type type, string name, Op op) => table[(type, name)] = (m, _, _) =>
        {
            m.Builder.Emit(op, IrType.Bool, []);
            return null;
        };
        Effect(typeof(Group), nameof(Group.Barrier), Op.Barrier);
        Effect(typeof(Warp), nameof(Warp.Barrier), Op.WarpBarrier);
        Effect(typeof(MemoryFence), nameof(MemoryFence.GroupLevel), Op.FenceGroup);
        Effect(typeof(MemoryFence), nameof(MemoryFence.DeviceLevel), Op.FenceDevice);
        Effect(typeof(MemoryFence), nameof(MemoryFence.SystemLevel), Op.FenceDevice);

        void Vote(string name, Op op, IrType type) => table[(typeof(Group), name)] = (m, _, a) =>
            new ScalarValue(m.Builder.Emit(op, type, [Bool(m, a[0])]));
        Vote(nameof(Group.BarrierAnd), Op.BarrierAnd, IrType.Bool);
        Vote(nameof(Group.BarrierOr), Op.BarrierOr, IrType.Bool);
        Vote(nameof(Group.BarrierPopCount), Op.BarrierPopCount, IrType.I32);

        // Structs are exchanged leaf by leaf.
        static CsValue Exchanged(Importer m, CsValue value, Op op, Value with) =>
            value.WithLeaves(new Queue<Value>(value.Leaves.Select(leaf => m.Builder.Emit(op, leaf.Type, [leaf, with]))));
        void Exchange(Type type, string name, Op op, Func<Importer, Value, Value, Value> source) => table[(type, name)] = (m, _, a) =>
            a.Length == 2 ? Exchanged(m, a[0], op, Scalar(a[1])) : Exchanged(m, a[0], Op.Shuffle, source(m, Scalar(a[1]), Scalar(a[2])));
        table[(typeof(Group), nameof(Group.Broadcast))] = (m, _, a) => Exchanged(m, a[0], Op.GroupBroadcast, Scalar(a[1]));
        table[(typeof(Warp), nameof(Warp.Broadcast))] = (m, _, a) => Exchanged(m, a[0], Op.Shuffle, Scalar(a[1]));
        // Within parts of the warp of a width that is a power of two, the lane that a value comes from is computed.
        Exchange(typeof(Warp), nameof(Warp.Shuffle), Op.Shuffle, (m, lane, width) =>
            m.Builder.Binary(Op.Or, FirstOfPart(m, width), m.Builder.And(lane, LastOfPart(m, width))));
        Exchange(typeof(Warp), nameof(Warp.ShuffleUp), Op.ShuffleUp, (m, delta, width) =>
        {
            Value self = m.Place(Op.LaneIndex), from = m.Builder.Binary(Op.Sub, self, delta);
            return m.Builder.Select(m.Builder.Binary(Op.Lt, from, FirstOfPart(m, width)), self, from);
        });
        foreach ((string name, Op op, Op step) in ((string, Op, Op)[])
            [(nameof(Warp.ShuffleDown), Op.ShuffleDown, Op.Add), (nameof(Warp.ShuffleXor), Op.ShuffleXor, Op.Xor)])
        {
            Exchange(typeof(Warp), name, op, (m, distance, width) =>
            {
                Value self = m.Place(Op.LaneIndex), from = m.Builder.Binary(step, self, distance);
                Value last = m.Builder.Binary(Op.Or, FirstOfPart(m, width), LastOfPart(m, width));
                return m.Builder.Select(m.Builder.Binary(Op.Gt, from, last), self, from);
            });
        }
    }

    private static Value LastOfPart(Importer m, Value width) => m.Builder.Binary(Op.Sub, width, Constant.I32(1));

    private static Value FirstOfPart(Importer m, Value width) => m.Builder.And(m.Place(Op.LaneIndex), m.Builder.Not(LastOfPart(m, width)));

    private static void AddAtomics(Dictionary<(Type, string), Handler> table)
    {
        void Atomically(string name, Op op, Op unsigned) => table[(typeof(Atomic), name)] = (m, method, a) =>
        {
            if (MemoryTypes.Of(method.GetParameters()[1].ParameterType) is null)
                return inline;
            if (a[0] is not MemoryReference target)
                throw m.Error("An atomic operation on a variable.", "Apply it to an element of a view.");
            if (Scalar(a[1]).Type == IrType.F64)
                return Looped(m, name, a);
            if (op == Op.AtomicCompareExchange && Scalar(a[1]).Type == IrType.F32)
                return ExchangeBits(m, target, a);
            bool isUnsigned = method.GetParameters()[1].ParameterType is var type && (type == typeof(uint) || type == typeof(ulong));
            return new ScalarValue(m.Builder.Emit(isUnsigned ? unsigned : op, Scalar(a[1]).Type, [target.Pointer, .. a[1..].Select(Scalar)],
                (long)MemoryTypes.Of(target.Element)!.Value));
        };
        Atomically(nameof(Atomic.Add), Op.AtomicAdd, Op.AtomicAdd);
        Atomically(nameof(Atomic.Max), Op.AtomicMax, Op.AtomicMaxU);
        Atomically(nameof(Atomic.Min), Op.AtomicMin, Op.AtomicMinU);
        Atomically(nameof(Atomic.And), Op.AtomicAnd, Op.AtomicAnd);
        Atomically(nameof(Atomic.Or), Op.AtomicOr, Op.AtomicOr);
        Atomically(nameof(Atomic.Xor), Op.AtomicXor, Op.AtomicXor);
        Atomically(nameof(Atomic.Exchange), Op.AtomicExchange, Op.AtomicExchange);
        Atomically(nameof(Atomic.CompareExchange), Op.AtomicCompareExchange, Op.AtomicCompareExchange);
        table[(typeof(Atomic), nameof(Atomic.MakeAtomic))] = (m, method, a) => new MethodImporter(
            m, typeof(KernelMath).GetMethod(nameof(KernelMath.MakeAtomic))!.MakeGenericMethod(method.GetGenericArguments()), a).Import();
    }

    /// <summary>64-bit floats have loops round an exchange of their bits; ILGPU's own exchanges see the bits, too.</summary>
    private static CsValue Looped(Importer m, string name, CsValue[] a) =>
        name is nameof(Atomic.Add) or nameof(Atomic.Min) or nameof(Atomic.Max)
        ? Replace(m, "Atomic" + name, a)
        : inline;

    private static ScalarValue ExchangeBits(Importer m, MemoryReference target, CsValue[] a)
    {
        Value Bits(CsValue value) => m.Builder.Emit(Op.BitCast, IrType.I32, [Scalar(value)]);
        Value before = m.Builder.Emit(Op.AtomicCompareExchange, IrType.I32, [target.Pointer, Bits(a[1]), Bits(a[2])], (long)MemoryType.I32);
        return new ScalarValue(m.Builder.Emit(Op.BitCast, IrType.F32, [before]));
    }

    /// <summary>Records compare their fields by EqualityComparer, which goes by Equals: NaN equals itself.</summary>
    private static void AddEquality(Dictionary<(Type, string), Handler> table)
    {
        table[(typeof(EqualityComparer<>), "get_Default")] = (_, _, _) => NoValue.Unassigned;
        table[(typeof(EqualityComparer<>), nameof(EqualityComparer<>.Equals))] = (m, method, a) =>
            new ScalarValue(AreEqual(m, method.DeclaringType!.GetGenericArguments()[0], a[1], a[2]));
        foreach (Type type in (Type[])[typeof(float), typeof(double)])
            table[(type, nameof(Equals))] = (m, _, a) => new ScalarValue(AreEqual(m, type, m.Load(a[0]), a[1]));
    }

    private static void AddAssembly(Dictionary<(Type, string), Handler> table)
    {
        table[(typeof(CudaAsm), nameof(CudaAsm.Emit))] = AssemblyImport.Emit;
        table[(typeof(CudaAsm), nameof(CudaAsm.EmitRef))] = AssemblyImport.EmitRef;
        table[(typeof(Unsafe), nameof(Unsafe.AsPointer))] = (m, _, a) => a[0] is MemoryReference target
            ? new ScalarValue(m.Builder.Emit(Op.Address, IrType.I64, [target.Pointer]))
            : throw m.Error("The address of a variable is taken.", "Take that of a view's element.");
    }

    private static Value AreEqual(Importer m, Type type, CsValue a, CsValue b)
    {
        if (a is ScalarValue { Value: var x } && b is ScalarValue { Value: var y })
        {
            Value equal = m.Builder.Binary(Op.Eq, x, y);
            return x.Type.IsFloat
                ? m.Builder.Or(equal, m.Builder.And(m.Builder.Binary(Op.Ne, x, x), m.Builder.Binary(Op.Ne, y, y)))
                : equal;
        }
        MethodInfo equals = type.GetMethod(nameof(Equals), [type])
            ?? throw m.Error($"{Naming.Of(type)} has no Equals({Naming.Of(type)}).", "Make it a record struct, or compare its fields.");
        int left = m.Environment.Declare(a);
        m.Environment.TakeAddress(left);
        CsValue result = new MethodImporter(m, equals, [new VariableReference(left, type, []), b]).Import()!;
        m.Environment.Truncate(left);
        return Bool(m, result);
    }

    private static Value Scalar(CsValue value) => ((ScalarValue)value).Value;

    private static Value Bool(Importer m, CsValue value) =>
        Scalar(value) is var v && v.Type == IrType.Bool ? v : m.Builder.Binary(Op.Ne, v, Constant.I32(0));

    private static Value Long(Importer m, Value value) =>
        value.Type == IrType.I64 ? value : m.Builder.Emit(Op.SignExtend, IrType.I64, [value]);
}
