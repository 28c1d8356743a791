using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;
using ILGPU.Util;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Frontend;

/// <summary>The methods that the compiler knows: the kernel vocabulary and the mathematics of .NET. All else is inlined.</summary>
internal static class Intrinsics
{
    private delegate CsValue? Handler(Importer importer, MethodBase method, CsValue[] arguments);

    private static readonly Dictionary<(Type Type, string Name), Handler> handlers = Create();

    public static bool TryImport(Importer importer, MethodBase method, CsValue[] arguments, out CsValue? result)
    {
        result = null;
        Type type = method.DeclaringType!;
        if (type.IsGenericType && type.GetGenericTypeDefinition() is var definition
            && (definition == typeof(ArrayView<>) || definition == typeof(EqualityComparer<>)))
            type = definition;
        if (!handlers.TryGetValue((type, method.Name), out Handler? handler))
            return false;
        result = handler(importer, method, arguments);
        return true;
    }

    private static Dictionary<(Type, string), Handler> Create()
    {
        var table = new Dictionary<(Type, string), Handler>();
        AddPlaces(table);
        AddSynchronisation(table);
        AddViews(table);
        AddAtomics(table);
        AddMathematics(table);
        AddEquality(table);
        AddAssembly(table);
        AddAssertions(table);
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

    private static void AddSynchronisation(Dictionary<(Type, string), Handler> table)
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
        Exchange(typeof(Warp), nameof(Warp.ShuffleDown), Op.ShuffleDown, (m, delta, width) =>
        {
            Value self = m.Place(Op.LaneIndex), from = m.Builder.Add(self, delta);
            Value last = m.Builder.Binary(Op.Or, FirstOfPart(m, width), LastOfPart(m, width));
            return m.Builder.Select(m.Builder.Binary(Op.Gt, from, last), self, from);
        });
        Exchange(typeof(Warp), nameof(Warp.ShuffleXor), Op.ShuffleXor, (m, mask, width) =>
        {
            Value self = m.Place(Op.LaneIndex), from = m.Builder.Binary(Op.Xor, self, mask);
            Value last = m.Builder.Binary(Op.Or, FirstOfPart(m, width), LastOfPart(m, width));
            return m.Builder.Select(m.Builder.Binary(Op.Gt, from, last), self, from);
        });
    }

    private static Value LastOfPart(Importer m, Value width) => m.Builder.Binary(Op.Sub, width, Constant.I32(1));

    private static Value FirstOfPart(Importer m, Value width) =>
        m.Builder.And(m.Place(Op.LaneIndex), m.Builder.Not(LastOfPart(m, width)));

    private static void AddViews(Dictionary<(Type, string), Handler> table)
    {
        Type view = typeof(ArrayView<>);
        table[(view, "get_Item")] = (m, _, a) =>
        {
            ViewValue v = View(m, a[0]);
            // An index is an int, a long, or an Index1D that holds one.
            return new MemoryReference(v.Element, m.Builder.PtrAdd(v.Pointer, a[1].Leaves.Single(), StructLayout.SizeOf(v.Element)));
        };
        table[(view, "get_Length")] = (m, _, a) => new ScalarValue(View(m, a[0]).Length);
        table[(view, "get_IntLength")] = (m, _, a) => new ScalarValue(m.Builder.Emit(Op.Truncate64, IrType.I32, [View(m, a[0]).Length]));
        table[(view, "get_IsValid")] = (m, _, a) => new ScalarValue(m.Builder.Binary(Op.Gt, View(m, a[0]).Length, Constant.I64(0)));
        table[(view, "SubView")] = (m, _, a) =>
        {
            ViewValue v = View(m, a[0]);
            Value start = Scalar(a[1]);
            return new ViewValue(v.Element, m.Builder.PtrAdd(v.Pointer, start, StructLayout.SizeOf(v.Element)),
                a.Length > 2 ? Long(m, Scalar(a[2])) : m.Builder.Binary(Op.Sub, v.Length, Long(m, start)));
        };
        table[(view, "AsAlignedInternal")] = (m, _, a) => View(m, a[0]);
        table[(view, "Cast")] = (m, method, a) =>
        {
            ViewValue v = View(m, a[0]);
            Type other = method.GetGenericArguments()[0];
            Value bytes = m.Builder.Mul(v.Length, Constant.I64(StructLayout.SizeOf(v.Element)));
            return new ViewValue(other, v.Pointer, m.Builder.Binary(Op.Div, bytes, Constant.I64(StructLayout.SizeOf(other))));
        };
        table[(typeof(SharedMemory), nameof(SharedMemory.Allocate))] = (m, method, a) =>
            Array(m, method, Op.SharedArray, AddressSpace.Shared, a[0].Leaves.Single());
        table[(typeof(LocalMemory), nameof(LocalMemory.Allocate))] = (m, method, a) =>
            Array(m, method, Op.LocalArray, AddressSpace.Local, a[0].Leaves.Single());
        table[(typeof(SharedMemory), nameof(SharedMemory.GetDynamic))] = (m, method, _) =>
            new ViewValue(method.GetGenericArguments()[0], m.Builder.Emit(Op.SharedDynamic, IrType.Pointer(AddressSpace.Shared), []),
                Constant.I64(int.MaxValue));
    }

    private static ViewValue Array(Importer m, MethodBase method, Op op, AddressSpace space, Value length)
    {
        Type element = method.GetGenericArguments()[0];
        if (length is not Constant n || n.Bits <= 0)
            throw m.Error($"{method.DeclaringType!.Name}.Allocate has a length that is not a positive constant.",
                "Use a const, or a static abstract member of a policy struct.");
        var array = new Instruction(op, IrType.Pointer(space), [], n.Bits * StructLayout.SizeOf(element), m.Builder.Location);
        Value pointer = space == AddressSpace.Shared ? m.Builder.AppendAtEntry(array) : m.Builder.Append(array);
        return new ViewValue(element, pointer, Constant.I64(n.Bits));
    }

    private static void AddAtomics(Dictionary<(Type, string), Handler> table)
    {
        void Atomically(string name, Op op, Op unsigned) => table[(typeof(Atomic), name)] = (m, method, a) =>
        {
            if (a[0] is not MemoryReference target)
                throw m.Error("An atomic operation on a variable.", "Apply it to an element of a view.");
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
    }

    private static void AddMathematics(Dictionary<(Type, string), Handler> table)
    {
        void Function(string name, Op op)
        {
            foreach (Type type in (Type[])[typeof(MathF), typeof(Math), typeof(float), typeof(double)])
            {
                table[(type, name)] = (m, method, a) =>
                {
                    Value[] values = [.. a.Select(Scalar)];
                    if (!values[0].Type.IsFloat)
                        return Integer(m, op, name, values, method.GetParameters()[0].ParameterType);
                    if (method.GetParameters().Length != values.Length || method.GetParameters().Length > 1 && op is Op.RoundEven or Op.Log)
                        throw m.Error($"{Naming.Of(method)} with {values.Length} arguments is not in the kernel vocabulary.",
                            "Use the plain form.");
                    return new ScalarValue(m.Builder.Emit(op, values[0].Type, values));
                };
            }
        }
        Function("FusedMultiplyAdd", Op.Fma);
        Function("Sqrt", Op.Sqrt);
        Function("Abs", Op.Abs);
        Function("Min", Op.Min);
        Function("Max", Op.Max);
        Function("Floor", Op.Floor);
        Function("Ceiling", Op.Ceiling);
        Function("Truncate", Op.Truncate);
        Function("Round", Op.RoundEven);
        Function("Exp", Op.Exp);
        Function("Log", Op.Log);
        Function("Sin", Op.Sin);
        Function("Cos", Op.Cos);
        Function("Tanh", Op.Tanh);
        Function("Pow", Op.Pow);
        table[(typeof(float), "IsNaN")] = table[(typeof(double), "IsNaN")] = (m, _, a) =>
            new ScalarValue(m.Builder.Binary(Op.Ne, Scalar(a[0]), Scalar(a[0])));
        void Bits(Type type, string name, IrType result) => table[(type, name)] = (m, _, a) =>
            new ScalarValue(m.Builder.Emit(Op.BitCast, result, [Scalar(a[0])]));
        Bits(typeof(BitConverter), nameof(BitConverter.SingleToInt32Bits), IrType.I32);
        Bits(typeof(BitConverter), nameof(BitConverter.SingleToUInt32Bits), IrType.I32);
        Bits(typeof(BitConverter), nameof(BitConverter.Int32BitsToSingle), IrType.F32);
        Bits(typeof(BitConverter), nameof(BitConverter.UInt32BitsToSingle), IrType.F32);
        Bits(typeof(BitConverter), nameof(BitConverter.DoubleToInt64Bits), IrType.I64);
        Bits(typeof(BitConverter), nameof(BitConverter.DoubleToUInt64Bits), IrType.I64);
        Bits(typeof(BitConverter), nameof(BitConverter.Int64BitsToDouble), IrType.F64);
        Bits(typeof(BitConverter), nameof(BitConverter.UInt64BitsToDouble), IrType.F64);
        foreach (string name in (string[])[nameof(Interop.FloatAsInt), nameof(Interop.IntAsFloat)])
        {
            table[(typeof(Interop), name)] = (m, _, a) =>
                new ScalarValue(m.Builder.Emit(Op.BitCast, Twin(Scalar(a[0]).Type), [Scalar(a[0])]));
        }
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

    private static IrType Twin(IrType type) => type.Scalar switch
    {
        IR.Scalar.I32 => IrType.F32,
        IR.Scalar.F32 => IrType.I32,
        IR.Scalar.I64 => IrType.F64,
        _ => IrType.I64,
    };

    /// <summary>Assertions are for ILGPU's CPU accelerator; kernels that are compiled here do not check them.</summary>
    private static void AddAssertions(Dictionary<(Type, string), Handler> table)
    {
        foreach (Type type in (Type[])[typeof(Trace), typeof(Debug)])
            table[(type, nameof(Trace.Assert))] = (_, _, _) => null;
        table[(typeof(IndexTypeExtensions), "AssertIntIndexRange")] = (_, _, _) => null;
        table[(typeof(IndexTypeExtensions), "AssertIntIndex")] = (_, _, _) => null;
        table[(typeof(ILGPU.Interop), nameof(ILGPU.Interop.SizeOf))] = (_, method, _) =>
            new ScalarValue(Constant.I32(StructLayout.SizeOf(method.GetGenericArguments()[0])));
    }

    /// <summary>Math.Abs, Min and Max of integers.</summary>
    private static ScalarValue Integer(Importer m, Op op, string name, Value[] v, Type type)
    {
        Builder b = m.Builder;
        bool unsigned = type == typeof(uint) || type == typeof(ulong);
        return new ScalarValue(op switch
        {
            Op.Abs => b.Select(b.Binary(Op.Lt, v[0], Constant.Zero(v[0].Type)), b.Emit(Op.Neg, v[0].Type, [v[0]]), v[0]),
            Op.Min => b.Select(b.Binary(unsigned ? Op.LtU : Op.Lt, v[1], v[0]), v[1], v[0]),
            Op.Max => b.Select(b.Binary(unsigned ? Op.GtU : Op.Gt, v[1], v[0]), v[1], v[0]),
            _ => throw m.Error($"Math.{name} of integers is not in the kernel vocabulary.", "Convert to float first."),
        });
    }

    private static Value Scalar(CsValue value) => ((ScalarValue)value).Value;

    private static Value Bool(Importer m, CsValue value) =>
        Scalar(value) is var v && v.Type == IrType.Bool ? v : m.Builder.Binary(Op.Ne, v, Constant.I32(0));

    private static Value Long(Importer m, Value value) =>
        value.Type == IrType.I64 ? value : m.Builder.Emit(Op.SignExtend, IrType.I64, [value]);

    private static ViewValue View(Importer m, CsValue value) =>
        value as ViewValue ?? m.Load(value) as ViewValue ?? throw m.Error("A view is expected.", "Pass an ArrayView.");
}
