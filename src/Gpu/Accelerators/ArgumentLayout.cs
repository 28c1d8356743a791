namespace VaeGpu.Gpu.Accelerators;

/// <summary>A view as a kernel's argument block holds it.</summary>
internal struct ViewArgument
{
    public nint Handle;
    public long ByteOffset;
    public long Length;
}

/// <summary>
/// Where the arguments of a kernel lie in the block that a launch hands over: one behind the other, each at a multiple of eight bytes;
/// a view as a <see cref="ViewArgument"/>, a struct that holds views (<c>ArrayView2D</c>) field by field, everything else as its own bytes.
/// </summary>
internal sealed class ArgumentLayout
{
    private ArgumentLayout(MethodInfo method)
    {
        Type[] types = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        var found = new List<Leaf>();
        for (int i = 0; i < types.Length; i++)
            Append(found, i, types[i], []);
        Leaves = found;
    }

    /// <summary>The parts, in their order.</summary>
    public IReadOnlyList<Leaf> Leaves { get; }

    /// <summary>Where the arguments end.</summary>
    public int Bytes { get; private set; }

    /// <summary>The size of the block: behind the arguments lies the number of bytes of the launch's dynamic shared memory.</summary>
    public int BlockBytes => Bytes + 8;

    /// <summary>The layout of a kernel's arguments; an implicitly grouped kernel's begin with its extent.</summary>
    public static ArgumentLayout Of(MethodInfo method) => new(method);

    public static bool IsView(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>);

    /// <summary>Whether a type is a value that a kernel is compiled for.</summary>
    public static bool IsSpecialized(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(SpecializedValue<>);

    public static bool HoldsView(Type type) =>
        IsView(type) || (type is { IsValueType: true, IsPrimitive: false, IsEnum: false }
            && Array.Exists(Fields(type), f => HoldsView(f.FieldType)));

    /// <summary>The size in bytes of a value of a type.</summary>
    public static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    /// <summary>The bytes between a part and the next.</summary>
    private static unsafe int SlotBytes(Type type) => IsView(type) ? sizeof(ViewArgument) : (SizeOf(type) + 7) & ~7;

    private static FieldInfo[] Fields(Type type) => Frontend.StructLayout.Fields(type);

    private void Append(List<Leaf> found, int parameter, Type type, FieldInfo[] path)
    {
        if (HoldsView(type) && !IsView(type))
        {
            foreach (FieldInfo field in Fields(type))
                Append(found, parameter, field.FieldType, [.. path, field]);
            return;
        }
        // References are refused with their name when the kernel is imported.
        if (type.IsByRef || type.IsPointer || !type.IsValueType)
            return;
        found.Add(new(parameter, path, type, Bytes));
        Bytes += SlotBytes(type);
    }

    /// <summary>A part of an argument that lies in one piece.</summary>
    /// <param name="Parameter">The parameter's place in the method.</param>
    /// <param name="Path">The fields that lead to the part; none where it is the whole argument.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="Offset">Where it lies in the block.</param>
    public sealed record Leaf(int Parameter, FieldInfo[] Path, Type Type, int Offset)
    {
        /// <summary>The type of a view's elements; null where the part is not a view.</summary>
        public Type? Element => IsView(Type) ? Type.GetGenericArguments()[0] : null;
    }
}
