using System.Reflection;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.IR;

namespace VaeGpu.Gpu.Frontend;

/// <summary>Fields of structs and where they lie in memory.</summary>
internal static class StructLayout
{
    /// <summary>The instance fields in declaration order.</summary>
    public static FieldInfo[] Fields(Type type) =>
        [.. type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(f => f.MetadataToken)];

    /// <summary>The size in bytes of an element of a view.</summary>
    public static int SizeOf(Type type) => MemoryTypes.Of(type) is { } memory ? memory.Bytes() : Runtime.ArgumentPacker.SizeOf(type);

    /// <summary>The byte offset of each field.</summary>
    public static int[] Offsets(Type type)
    {
        FieldInfo[] fields = Fields(type);
        bool isExplicit = type.IsExplicitLayout;
        int pack = type.StructLayoutAttribute?.Pack is > 0 and int given ? given : 8;
        var offsets = new int[fields.Length];
        int next = 0;
        for (int i = 0; i < fields.Length; i++)
        {
            int alignment = Math.Min(pack, Alignment(fields[i].FieldType));
            next = (next + alignment - 1) / alignment * alignment;
            offsets[i] = isExplicit ? fields[i].GetCustomAttribute<FieldOffsetAttribute>()!.Value : next;
            next = offsets[i] + SizeOf(fields[i].FieldType);
        }
        return offsets;
    }

    private static int Alignment(Type type) =>
        MemoryTypes.Of(type) is { } memory ? memory.Bytes() : Fields(type).Select(f => Alignment(f.FieldType)).DefaultIfEmpty(1).Max();
}
