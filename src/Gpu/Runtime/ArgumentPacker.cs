using System.Runtime.CompilerServices;

namespace VaeGpu.Gpu.Runtime;

/// <summary>A view as a kernel's argument block holds it.</summary>
internal struct ViewArgument
{
    public nint Handle;
    public long ByteOffset;
    public long Length;
}

/// <summary>
/// Lays a launch's arguments one behind the other, each at a multiple of eight bytes: a view as a
/// <see cref="ViewArgument"/>, everything else as its own bytes. Nothing is boxed and nothing allocated.
/// </summary>
internal unsafe ref struct ArgumentPacker(Accelerator accelerator, byte* block)
{
    private byte* next = block;

    public void Add<T>(T value) where T : struct
    {
        if (ParameterKind<T>.IsView)
        {
            ref ArrayView<byte> view = ref Unsafe.As<T, ArrayView<byte>>(ref value);
            MemoryBuffer? source = view.Source;
            if (source is not null)
            {
                source.ThrowIfDisposed();
                if (source.Accelerator != accelerator)
                    throw new ArgumentException($"A view of memory of {source.Accelerator.Name} was passed to a kernel of {accelerator.Name}.");
                accelerator.Recorder?.Buffers.Add(source);
            }
            *(ViewArgument*)next = new ViewArgument { Handle = source?.Handle ?? 0, ByteOffset = view.ByteOffset, Length = view.Length };
        }
        else
        {
            Unsafe.WriteUnaligned(next, value);
        }
        next += ParameterKind<T>.SlotBytes;
    }

    /// <summary>The bytes that an argument of a type takes.</summary>
    internal static int SlotBytes(Type type) => IsView(type)
        ? sizeof(ViewArgument)
        : (SizeOf(type) + 7) & ~7;

    internal static bool IsView(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>);

    internal static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static class ParameterKind<T> where T : struct
    {
        public static readonly bool IsView = IsView(typeof(T));
        public static readonly int SlotBytes = IsView ? sizeof(ViewArgument) : (Unsafe.SizeOf<T>() + 7) & ~7;
    }
}
