namespace VaeGpu.Gpu.Frontend;

/// <summary>Views of memory, and the arrays that a kernel itself allocates.</summary>
internal static partial class Intrinsics
{
    private static void AddViews(Dictionary<(Type, string), Handler> table)
    {
        Type view = typeof(ArrayView<>);
        table[(view, "get_Item")] = (m, _, a) =>
        {
            ViewValue v = View(m, a[0]);
            // An index is an int, a long, or an Index1D that holds one.
            return new MemoryReference(v.Element, m.Builder.PtrAdd(v.Pointer, a[1].Leaves.Single(), StructLayout.SizeOf(v.Element)));
        };
        table[(view, "get_Length")] = (m, _, a) => new ScalarValue(Length(m, a[0]));
        table[(view, "get_IntLength")] = (m, _, a) => new ScalarValue(m.Builder.Emit(Op.Truncate64, IrType.I32, [Length(m, a[0])]));
        table[(view, "get_IsValid")] = (m, _, a) => new ScalarValue(m.Builder.Binary(Op.Gt, Length(m, a[0]), Constant.I64(0)));
        table[(view, "AlignToInternal")] = table[(typeof(ArrayViewExtensions), nameof(ArrayViewExtensions.AlignTo))] = (m, _, _) =>
            throw m.Error("A view is aligned by its address, which not every device tells.",
            "Take a SubView that begins at a multiple of the elements wanted.");
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
            a.Length > 0
                ? Allocate(m, method, Op.SharedArray, AddressSpace.Shared, a[0].Leaves.Single())
                : Allocate(m, method, Op.SharedArray, AddressSpace.Shared, Constant.I32(1)) is var one
                    ? new MemoryReference(one.Element, one.Pointer) : null;
        table[(typeof(LocalMemory), nameof(LocalMemory.Allocate))] = (m, method, a) =>
            Allocate(m, method, Op.LocalArray, AddressSpace.Local, a[0].Leaves.Single());
        table[(typeof(SharedMemory), nameof(SharedMemory.GetDynamic))] = (m, method, _) =>
            new ViewValue(method.GetGenericArguments()[0], m.Builder.Emit(Op.SharedDynamic, IrType.Pointer(AddressSpace.Shared), []),
                Long(m,
                    m.Builder.Binary(Op.DivU, m.DynamicSharedBytes, Constant.I32(StructLayout.SizeOf(method.GetGenericArguments()[0])))));
    }

    private static ViewValue Allocate(Importer m, MethodBase method, Op op, AddressSpace space, Value length)
    {
        Type element = method.GetGenericArguments()[0];
        if (length is not Constant n || n.Bits <= 0)
            throw m.Error($"{method.DeclaringType!.Name}.Allocate has a length that is not a positive constant.",
                "Use a const, or a static abstract member of a policy struct.");
        var array = new Instruction(op, IrType.Pointer(space), [], n.Bits * StructLayout.SizeOf(element), m.Builder.Location);
        Value pointer = space == AddressSpace.Shared ? m.Builder.AppendAtEntry(array) : m.Builder.Append(array);
        return new ViewValue(element, pointer, Constant.I64(n.Bits));
    }

    private static ViewValue View(Importer m, CsValue value) =>
        value as ViewValue ?? m.Load(value) as ViewValue ?? throw m.Error("A view is expected.", "Pass an ArrayView.");

    /// <summary>The length of a view; that of default is 0.</summary>
    private static Value Length(Importer m, CsValue value) =>
        value is VariableReference variable && m.Peek(variable) is NoValue ? Constant.I64(0) : View(m, value).Length;
}
