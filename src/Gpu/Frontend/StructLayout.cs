using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Gpu.Frontend;

/// <summary>Fields of structs and where they lie in memory.</summary>
internal static class StructLayout
{
    private static readonly ConcurrentDictionary<(Type Type, string What), object?> known = new();

    /// <summary>The instance fields in declaration order.</summary>
    public static FieldInfo[] Fields(Type type) => Known<FieldInfo[]>(type, static t =>
        [.. t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(f => f.MetadataToken)]);

    /// <summary>What a struct is made of: its fields, or the elements of an array inside another struct.</summary>
    public static Part[] Parts(Type type) => Known<Part[]>(type, static t =>
    {
        FieldInfo[] all = Fields(t);
        if (!IsBuffer(t))
            return [.. all.Zip(Offsets(t), (field, offset) => new Part(field.FieldType, offset, field.Name))];
        Type element = all[0].FieldType;
        int size = SizeOf(element);
        return [.. Enumerable.Range(0, SizeOf(t) / size).Select(i => new Part(element, i * size, $"{i}"))];
    });

    /// <summary>The types of <see cref="Parts"/>, also where they have no place in memory.</summary>
    public static IEnumerable<Type> PartTypes(Type type) =>
        IsBuffer(type) ? Parts(type).Select(part => part.Type) : Fields(type).Select(field => field.FieldType);

    /// <summary>A field, or an element of an array inside a struct.</summary>
    public sealed record Part(Type Type, int Offset, string Name);

    /// <summary>Whether a type is an array inside a struct: a fixed buffer, as the C# compiler declares it, or an inline array.</summary>
    public static bool IsBuffer(Type type) => type.IsDefined(typeof(InlineArrayAttribute))
        || type.Name.EndsWith("e__FixedBuffer", StringComparison.Ordinal);

    /// <summary>The elements of an array inside a struct.</summary>
    public static Array ReadBuffer(object buffer)
    {
        Type type = buffer.GetType();
        var elements = Array.CreateInstance(Fields(type)[0].FieldType, Parts(type).Length);
        GCHandle source = GCHandle.Alloc(buffer, GCHandleType.Pinned), target = GCHandle.Alloc(elements, GCHandleType.Pinned);
        unsafe
        {
            NativeMemory.Copy((void*)source.AddrOfPinnedObject(), (void*)target.AddrOfPinnedObject(), (nuint)SizeOf(type));
        }
        source.Free();
        target.Free();
        return elements;
    }

    /// <summary>A field's place among its struct's <see cref="Fields"/>.</summary>
    public static int Position(FieldInfo field) =>
        Array.FindIndex(Fields(field.DeclaringType!), f => f.MetadataToken == field.MetadataToken);

    /// <summary>The size in bytes of an element of a view.</summary>
    public static int SizeOf(Type type) => MemoryTypes.Of(type) is { } memory
        ? memory.Bytes()
        : Known(type, ArgumentLayout.SizeOf);

    /// <summary>The byte offset of each field.</summary>
    public static int[] Offsets(Type type) => Known(type, FindOffsets);

    /// <summary>Whether a type is a struct declared read-only.</summary>
    public static bool IsReadOnly(Type type) => Known(type, static t =>
        t is { IsValueType: true, IsPrimitive: false } && t.IsDefined(typeof(IsReadOnlyAttribute), false));

    /// <summary>What keeps a struct from being taken apart into its fields, or null.</summary>
    public static string? WhyNotValue(Type type) => Known(type, FindValueRefusal);

    private static string? FindValueRefusal(Type type)
    {
        if (type == typeof(decimal) || type == typeof(System.Half))
            return $"{Naming.Of(type)} is not a number type of the kernel vocabulary.";
        return type.IsExplicitLayout && Overlaps(type) ? $"Fields of {Naming.Of(type)} overlap." : null;
    }

    /// <summary>What keeps a struct from lying in a view or parameter, or null.</summary>
    public static string? WhyNotMemory(Type type) => Known(type, FindMemoryRefusal);

    private static string? FindMemoryRefusal(Type type)
    {
        if (WhyNotValue(type) is { } reason)
            return reason;
        return IsAligned(type, 0) && SizeOf(type) % Math.Max(1, NaturalAlignment(type)) == 0
            ? null
            : $"{Naming.Of(type)} is packed so that a field is not aligned to its size, which GPUs cannot read.";
    }

    /// <summary>What was found out of a type before, or is now.</summary>
    private static T Known<T>(Type type, Func<Type, T> find, [CallerMemberName] string what = "") =>
        (T)known.GetOrAdd((type, what), static (key, find) => find(key.Type), find)!;

    private static int[] FindOffsets(Type type)
    {
        FieldInfo[] all = Fields(type);
        // The runtime orders tuples as it likes and aligns 128-bit numbers as the system does, so it is asked for the host's layout.
        if (type.IsAutoLayout || Array.Exists(all, f => f.FieldType == typeof(Int128) || f.FieldType == typeof(UInt128)))
            return Array.ConvertAll(all, MeasuredOffset);
        var found = new int[all.Length];
        int next = 0;
        for (int i = 0; i < all.Length; i++)
        {
            int alignment = Math.Min(Packing(type), Alignment(all[i].FieldType));
            next = (next + alignment - 1) / alignment * alignment;
            found[i] = all[i].GetCustomAttribute<FieldOffsetAttribute>()?.Value ?? next;
            next = found[i] + SizeOf(all[i].FieldType);
        }
        return found;
    }

    private static int MeasuredOffset(FieldInfo field)
    {
        Type type = field.DeclaringType!;
        var offset = new DynamicMethod("OffsetOf", typeof(long), [], typeof(StructLayout).Module, skipVisibility: true);
        ILGenerator il = offset.GetILGenerator();
        LocalBuilder value = il.DeclareLocal(type);
        il.Emit(OpCodes.Ldloca, value);
        il.Emit(OpCodes.Ldflda, field);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Ldloca, value);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.Ret);
        return (int)(long)offset.Invoke(null, null)!;
    }

    private static int Alignment(Type type) => MemoryTypes.Of(type) is { } memory
        ? memory.Bytes()
        : Math.Min(Packing(type), Fields(type).Select(f => Alignment(f.FieldType)).DefaultIfEmpty(1).Max());

    private static bool IsAligned(Type type, int start) => MemoryTypes.Of(type) is { } memory
        ? start % memory.Bytes() == 0
        : Fields(type).Zip(Offsets(type)).All(pair => IsAligned(pair.First.FieldType, start + pair.Second));

    private static int NaturalAlignment(Type type) => MemoryTypes.Of(type) is { } memory
        ? memory.Bytes()
        : Fields(type).Select(f => NaturalAlignment(f.FieldType)).DefaultIfEmpty(1).Max();

    private static int Packing(Type type) => type.StructLayoutAttribute?.Pack is > 0 and int given ? given : 8;

    private static bool Overlaps(Type type)
    {
        int[] starts = Offsets(type);
        int end = 0;
        foreach (int i in Enumerable.Range(0, starts.Length).OrderBy(i => starts[i]))
        {
            if (starts[i] < end)
                return true;
            end = starts[i] + SizeOf(Fields(type)[i].FieldType);
        }
        return false;
    }
}
