using System.Runtime.CompilerServices;

namespace VaeGpu.Tests;

/// <summary>Lays arguments out one by one, for launches of functions that no kernel method stands for.</summary>
internal unsafe ref struct ArgumentPacker(byte* block)
{
    private byte* next = block;

    public void Add<T>(ArrayView<T> view) where T : unmanaged
    {
        *(ViewArgument*)next = Argument(view);
        next += sizeof(ViewArgument);
    }

    public void Add<T>(T value) where T : unmanaged
    {
        Unsafe.WriteUnaligned(next, value);
        next += (sizeof(T) + 7) & ~7;
    }

    private static ViewArgument Argument<TView>(in TView view) where TView : struct, IContiguousArrayView =>
        new() { Handle = view.Buffer?.NativePtr ?? 0, ByteOffset = view.IndexInBytes, Length = view.Length };
}
