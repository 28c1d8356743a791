using ILGPU.Runtime.CPU;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>Memory of an accelerator of this assembly.</summary>
internal sealed unsafe class EngineBuffer : MemoryBuffer
{
    private readonly EngineAccelerator accelerator;

    public EngineBuffer(EngineAccelerator accelerator, long length, int elementSize, nint handle)
        : base(accelerator, length, elementSize) =>
        (this.accelerator, NativePtr) = (accelerator, handle);

    protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView)
    {
        ThrowIfUnusable(stream);
        long offset = OffsetOf(targetView), bytes = targetView.Length;
        if (accelerator.Recorder is { } recorder)
        {
            recorder.Buffers.Add(this);
            recorder.Steps.Add(new RecordedFill(this, offset, bytes, value));
        }
        else
        {
            accelerator.Fill((EngineStream)stream, NativePtr, offset, bytes, value);
        }
    }

    protected override void CopyTo(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView)
    {
        MemoryBuffer target = BufferOf(targetView);
        ThrowIfNoCopy(stream, target, sourceView.Length, targetView.Length);
        long offset = OffsetOf(sourceView), bytes = sourceView.Length;
        if (target is EngineBuffer own && own.accelerator == accelerator)
            accelerator.Copy((EngineStream)stream, NativePtr, offset, own.NativePtr, OffsetOf(targetView), bytes);
        else if (IsOnHost(target))
            accelerator.CopyOut((EngineStream)stream, NativePtr, offset, AddressOf(targetView), bytes);
        else
            CopyThroughHost((EngineStream)stream, offset, target, OffsetOf(targetView), bytes);
    }

    protected override void CopyFrom(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView)
    {
        MemoryBuffer source = BufferOf(sourceView);
        ThrowIfNoCopy(stream, source, sourceView.Length, targetView.Length);
        long offset = OffsetOf(targetView), bytes = sourceView.Length;
        if (source is EngineBuffer own && own.accelerator == accelerator)
            accelerator.Copy((EngineStream)stream, own.NativePtr, OffsetOf(sourceView), NativePtr, offset, bytes);
        else if (IsOnHost(source))
            accelerator.CopyIn((EngineStream)stream, NativePtr, offset, AddressOf(sourceView), bytes);
        else
            CopyThroughHost((EngineStream)stream, source, OffsetOf(sourceView), offset, bytes);
    }

    private void ThrowIfNoCopy(AcceleratorStream stream, MemoryBuffer other, long sourceBytes, long targetBytes)
    {
        ThrowIfUnusable(stream);
        accelerator.ThrowIfRecording("A copy");
        ObjectDisposedException.ThrowIf(other.IsDisposed, typeof(MemoryBuffer));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sourceBytes, targetBytes, "sourceView");
    }

    protected override void DisposeAcceleratorObject(bool disposing)
    {
        // What nobody holds any more may still be in use by a launch: it is freed with the accelerator, and not by the finalizer.
        if (!disposing)
            return;
        accelerator.Release(this, NativePtr);
        NativePtr = 0;
    }

    /// <summary>Whether a buffer is host memory: ILGPU wraps arrays in buffers that name the accelerator they are copied to.</summary>
    private static bool IsOnHost(MemoryBuffer buffer) => buffer is CPUMemoryBuffer || buffer.AcceleratorType == AcceleratorType.CPU;

    private static MemoryBuffer BufferOf<TView>(in TView view) where TView : struct, IArrayView => view.Buffer;

    private static long OffsetOf<TView>(in TView view) where TView : struct, IContiguousArrayView => view.IndexInBytes;

    private static byte* AddressOf(in ArrayView<byte> view) => (byte*)BufferOf(view).NativePtr + OffsetOf(view);

    private void ThrowIfUnusable(AcceleratorStream stream)
    {
        accelerator.ThrowIfDisposed();
        ObjectDisposedException.ThrowIf(IsDisposed, typeof(MemoryBuffer));
        if (stream is not EngineStream || stream.Accelerator != accelerator)
            throw new ArgumentException(
                $"A stream of {stream?.Accelerator.Name ?? "no accelerator"} was passed for memory of {accelerator.Name}.");
    }

    private void CopyThroughHost(EngineStream stream, long offset, MemoryBuffer target, long targetOffset, long bytes)
    {
        using CPUMemoryBuffer host = CPUMemoryBuffer.Create(accelerator, bytes, 1);
        accelerator.CopyOut(stream, NativePtr, offset, (byte*)host.NativePtr, bytes);
        target.CopyFrom(target.Accelerator.DefaultStream, host.AsRawArrayView(), targetOffset);
        target.Accelerator.DefaultStream.Synchronize();
    }

    private void CopyThroughHost(EngineStream stream, MemoryBuffer source, long sourceOffset, long offset, long bytes)
    {
        using CPUMemoryBuffer host = CPUMemoryBuffer.Create(accelerator, bytes, 1);
        source.CopyTo(source.Accelerator.DefaultStream, sourceOffset, host.AsRawArrayView());
        source.Accelerator.DefaultStream.Synchronize();
        accelerator.CopyIn(stream, NativePtr, offset, (byte*)host.NativePtr, bytes);
    }
}

/// <summary>Page-locked host memory, as far as an accelerator knows it: copies take it like any other.</summary>
internal sealed class EnginePageLock<T> : PageLockScope<T> where T : unmanaged
{
    public EnginePageLock(Accelerator accelerator, nint address, long length) : base(accelerator, length) => AddrOfLockedObject = address;

    protected override void DisposeAcceleratorObject(bool disposing) { }
}
