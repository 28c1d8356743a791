using System.Runtime.InteropServices;

namespace VaeGpu.Gpu.Runtime;

/// <summary>Memory of one accelerator.</summary>
public abstract class MemoryBuffer : IDisposable
{
    private bool disposed;

    private protected MemoryBuffer(Accelerator? accelerator, long lengthInBytes, nint handle)
    {
        Accelerator = accelerator!;
        LengthInBytes = lengthInBytes;
        Handle = handle;
        accelerator?.Register(this);
    }

    /// <summary>The accelerator whose memory this is.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The size in bytes.</summary>
    public long LengthInBytes { get; }

    /// <summary>What a kernel's argument carries: an address on the CPU, a memory object elsewhere.</summary>
    internal nint Handle { get; }

    /// <summary>Where the host reads the memory.</summary>
    /// <exception cref="NotSupportedException">The memory is not the host's.</exception>
    internal virtual nint HostAddress => Accelerator.SharesHostMemory
        ? Handle
        : throw new NotSupportedException($"Memory of {Accelerator.Name} cannot be read element by element; copy it with CopyToCPU.");

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        Accelerator?.Release(this);
        GC.SuppressFinalize(this);
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(disposed, this);

    /// <summary>Memory of the host alone, freed by the garbage collector.</summary>
    internal static MemoryBuffer OnHost(long lengthInBytes) => new HostMemory(lengthInBytes);

    private sealed class HostMemory(long lengthInBytes)
        : MemoryBuffer(null, lengthInBytes, Marshal.AllocHGlobal((nint)Math.Max(1, lengthInBytes)))
    {
        internal override nint HostAddress => Handle;

        ~HostMemory() => Marshal.FreeHGlobal(Handle);
    }
}

/// <summary>How the elements of a one-dimensional buffer lie.</summary>
public static class Stride1D
{
    /// <summary>One after the other.</summary>
    public readonly struct Dense;
}

/// <summary>A one-dimensional buffer of an accelerator.</summary>
public sealed class MemoryBuffer1D<T, TStride> : MemoryBuffer
    where T : unmanaged
    where TStride : struct
{
    internal unsafe MemoryBuffer1D(Accelerator accelerator, long length, nint handle)
        : base(accelerator, length * sizeof(T), handle) => Length = length;

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>The whole buffer.</summary>
    public ArrayView<T> View => new(this, 0, Length);

    /// <summary>Copies the array, of the buffer's length, into it and waits.</summary>
    /// <exception cref="ArgumentException">The lengths differ; <see cref="View"/> has parts.</exception>
    public void CopyFromCPU(T[] source) => View.CopyFromCPU(source);

    /// <summary>Copies the buffer to an array of its length and waits.</summary>
    /// <exception cref="ArgumentException">The lengths differ; <see cref="View"/> has parts.</exception>
    public void CopyToCPU(T[] target) => View.CopyToCPU(target);

    /// <inheritdoc cref="CopyFromCPU(T[])"/>
    public void CopyFromCPU(AcceleratorStream stream, T[] source) => View.CopyFromCPU(stream, source);

    /// <inheritdoc cref="CopyToCPU(T[])"/>
    public void CopyToCPU(AcceleratorStream stream, T[] target) => View.CopyToCPU(stream, target);

    /// <summary>A copy of the contents.</summary>
    public T[] GetAsArray1D()
    {
        var array = new T[Length];
        CopyToCPU(array);
        return array;
    }

    /// <summary>Sets every byte to zero.</summary>
    public void MemSetToZero() => View.MemSetToZero();

    /// <inheritdoc cref="MemSetToZero()"/>
    public void MemSetToZero(AcceleratorStream stream) => View.MemSetToZero(stream);
}

/// <summary>Copies between host arrays and views of device memory.</summary>
public static class ArrayViewExtensions
{
    /// <summary>Copies the array into the view and waits.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView<T> target, T[] source) where T : unmanaged =>
        target.CopyFromCPU(target.Owner().DefaultStream, source);

    /// <inheritdoc cref="CopyFromCPU{T}(ArrayView{T}, T[])"/>
    public static unsafe void CopyFromCPU<T>(this ArrayView<T> target, AcceleratorStream stream, T[] source) where T : unmanaged
    {
        ThrowIfLengthsDiffer(target, source);
        target.Owner().ThrowIfRecording("A copy");
        fixed (T* address = source)
            target.Owner().CopyIn(stream, target.Source!, target.ByteOffset, address, target.LengthInBytes);
    }

    /// <summary>Copies the view into the array and waits.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView<T> source, T[] target) where T : unmanaged =>
        source.CopyToCPU(source.Owner().DefaultStream, target);

    /// <inheritdoc cref="CopyToCPU{T}(ArrayView{T}, T[])"/>
    public static unsafe void CopyToCPU<T>(this ArrayView<T> source, AcceleratorStream stream, T[] target) where T : unmanaged
    {
        ThrowIfLengthsDiffer(source, target);
        source.Owner().ThrowIfRecording("A copy");
        fixed (T* address = target)
            source.Owner().CopyOut(stream, source.Source!, source.ByteOffset, address, source.LengthInBytes);
    }

    /// <summary>Sets every byte of the view to zero.</summary>
    public static void MemSetToZero<T>(this ArrayView<T> target) where T : unmanaged =>
        target.MemSetToZero(target.Owner().DefaultStream);

    /// <inheritdoc cref="MemSetToZero{T}(ArrayView{T})"/>
    public static void MemSetToZero<T>(this ArrayView<T> target, AcceleratorStream stream) where T : unmanaged
    {
        Accelerator accelerator = target.Owner();
        if (accelerator.Recorder is { } recorder)
        {
            recorder.Buffers.Add(target.Source!);
            recorder.Steps.Add(new RecordedClear(target.Source!, target.ByteOffset, target.LengthInBytes));
        }
        else
        {
            accelerator.Clear(stream, target.Source!, target.ByteOffset, target.LengthInBytes);
        }
    }

    private static Accelerator Owner<T>(this ArrayView<T> view) where T : unmanaged
    {
        MemoryBuffer source = view.Source ?? throw new InvalidOperationException("The view is empty: it has no buffer behind it.");
        source.ThrowIfDisposed();
        return source.Accelerator;
    }

    private static void ThrowIfLengthsDiffer<T>(ArrayView<T> view, T[] array) where T : unmanaged
    {
        if (view.Length != array.Length)
            throw new ArgumentException($"The view has {view.Length} elements, the array {array.Length}.", nameof(array));
    }
}
