using System.Runtime.CompilerServices;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu;

/// <summary>
/// A window onto device memory: a buffer, an offset and a length. In a kernel the compiler replaces it by a pointer and
/// a length; on the host it is what copies and launches take.
/// </summary>
/// <remarks>The layout is the same for every <typeparamref name="T"/>; <see cref="ArgumentPacker"/> relies on it.</remarks>
public readonly struct ArrayView<T> where T : unmanaged
{
    internal readonly MemoryBuffer? Source;
    internal readonly long ByteOffset;

    internal ArrayView(MemoryBuffer? source, long byteOffset, long length)
    {
        Source = source;
        ByteOffset = byteOffset;
        Length = length;
    }

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>Number of elements, as an <see cref="int"/>.</summary>
    public int IntLength => checked((int)Length);

    /// <summary>The size of the window in bytes.</summary>
    public long LengthInBytes => Length * Unsafe.SizeOf<T>();

    /// <summary>The element at <paramref name="index"/>. Outside a kernel this reads CPU memory only.</summary>
    /// <exception cref="IndexOutOfRangeException">On the host, when the index lies outside the view.</exception>
    public ref T this[int index] => ref this[(long)index];

    /// <inheritdoc cref="this[int]"/>
    public unsafe ref T this[long index]
    {
        get
        {
            if ((ulong)index >= (ulong)Length)
                throw new IndexOutOfRangeException($"Element {index} of a view of {Length} elements.");
            return ref Unsafe.AsRef<T>((T*)(Source!.HostAddress + ByteOffset) + index);
        }
    }

    /// <summary>The <paramref name="length"/> elements from <paramref name="index"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">On the host, when the part does not lie inside the view.</exception>
    public ArrayView<T> SubView(int index, int length) => SubView((long)index, length);

    /// <inheritdoc cref="SubView(int, int)"/>
    public ArrayView<T> SubView(long index, long length)
    {
        if (index < 0 || length < 0 || index > Length - length)
            throw new ArgumentOutOfRangeException(nameof(index), $"Elements {index} to {index + length} of a view of {Length} elements.");
        return new(Source, ByteOffset + index * Unsafe.SizeOf<T>(), length);
    }

    /// <summary>The same bytes seen as elements of another type; a rest smaller than one element is dropped.</summary>
    public ArrayView<TOther> Cast<TOther>() where TOther : unmanaged =>
        new(Source, ByteOffset, LengthInBytes / Unsafe.SizeOf<TOther>());
}
