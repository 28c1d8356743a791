using System.Runtime.InteropServices;
using ILGPU.Runtime.CPU;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>Memory of an accelerator of this assembly.</summary>
internal sealed unsafe class EngineBuffer : MemoryBuffer
{
    private readonly EngineAccelerator accelerator;

    public EngineBuffer(EngineAccelerator accelerator, long length, int elementSize, nint handle) : base(accelerator, length, elementSize) =>
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
        ThrowIfUnusable(stream);
        accelerator.ThrowIfRecording("A copy");
        MemoryBuffer target = BufferOf(targetView);
        ObjectDisposedException.ThrowIf(target.IsDisposed, typeof(MemoryBuffer));
        long offset = OffsetOf(sourceView), bytes = sourceView.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, targetView.Length, nameof(sourceView));
        if (target is EngineBuffer own && own.accelerator == accelerator)
            accelerator.Copy((EngineStream)stream, NativePtr, offset, own.NativePtr, OffsetOf(targetView), bytes);
        else if (IsOnHost(target))
            accelerator.CopyOut((EngineStream)stream, NativePtr, offset, AddressOf(targetView), bytes);
        else
            CopyThroughHost((EngineStream)stream, offset, target, OffsetOf(targetView), bytes);
    }

    protected override void CopyFrom(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView)
    {
        ThrowIfUnusable(stream);
        accelerator.ThrowIfRecording("A copy");
        MemoryBuffer source = BufferOf(sourceView);
        ObjectDisposedException.ThrowIf(source.IsDisposed, typeof(MemoryBuffer));
        long offset = OffsetOf(targetView), bytes = sourceView.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, targetView.Length, nameof(sourceView));
        if (source is EngineBuffer own && own.accelerator == accelerator)
            accelerator.Copy((EngineStream)stream, own.NativePtr, OffsetOf(sourceView), NativePtr, offset, bytes);
        else if (IsOnHost(source))
            accelerator.CopyIn((EngineStream)stream, NativePtr, offset, AddressOf(sourceView), bytes);
        else
            CopyThroughHost((EngineStream)stream, source, OffsetOf(sourceView), offset, bytes);
    }

    protected override void DisposeAcceleratorObject(bool disposing)
    {
        // What nobody holds any more may still be in use by a launch: it is freed with the accelerator, and not by the finalizer.
        if (!disposing)
            return;
        accelerator.Release(this, NativePtr);
        NativePtr = 0;
    }

    /// <summary>Whether the host reads a buffer at its address: ILGPU wraps arrays in buffers that name the accelerator they are copied to.</summary>
    private static bool IsOnHost(MemoryBuffer buffer) => buffer is CPUMemoryBuffer || buffer.AcceleratorType == AcceleratorType.CPU;

    private static MemoryBuffer BufferOf<TView>(in TView view) where TView : struct, IArrayView => view.Buffer;

    private static long OffsetOf<TView>(in TView view) where TView : struct, IContiguousArrayView => view.IndexInBytes;

    private static byte* AddressOf(in ArrayView<byte> view) => (byte*)BufferOf(view).NativePtr + OffsetOf(view);

    private void ThrowIfUnusable(AcceleratorStream stream)
    {
        accelerator.ThrowIfDisposed();
        ObjectDisposedException.ThrowIf(IsDisposed, typeof(MemoryBuffer));
        if (stream is not EngineStream || stream.Accelerator != accelerator)
            throw new ArgumentException($"A stream of {stream?.Accelerator.Name ?? "no accelerator"} was passed for memory of {accelerator.Name}.");
    }

    private void CopyThroughHost(EngineStream stream, long offset, MemoryBuffer target, long targetOffset, long bytes)
    {
        using var host = new HostBuffer(bytes);
        accelerator.CopyOut(stream, NativePtr, offset, (byte*)host.NativePtr, bytes);
        target.CopyFrom(target.Accelerator.DefaultStream, host.AsRawArrayView(), targetOffset);
        target.Accelerator.DefaultStream.Synchronize();
    }

    private void CopyThroughHost(EngineStream stream, MemoryBuffer source, long sourceOffset, long offset, long bytes)
    {
        using var host = new HostBuffer(bytes);
        source.CopyTo(source.Accelerator.DefaultStream, sourceOffset, host.AsRawArrayView());
        source.Accelerator.DefaultStream.Synchronize();
        accelerator.CopyIn(stream, NativePtr, offset, (byte*)host.NativePtr, bytes);
    }

    /// <summary>Memory of the host alone; ILGPU takes a buffer without an accelerator for the host's.</summary>
    private sealed class HostBuffer : MemoryBuffer
    {
        public HostBuffer(long bytes) : base(null!, bytes, 1) => NativePtr = (nint)NativeMemory.Alloc((nuint)Math.Max(1, bytes));

        protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView) => throw OnlyPassedOn();

        protected override void CopyTo(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) => throw OnlyPassedOn();

        protected override void CopyFrom(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) => throw OnlyPassedOn();

        protected override void DisposeAcceleratorObject(bool disposing)
        {
            NativeMemory.Free((void*)NativePtr);
            NativePtr = 0;
        }

        private static NotSupportedException OnlyPassedOn() => new("Memory between two copies is not worked on.");
    }
}

/// <summary>Page-locked host memory, as far as an accelerator knows it: copies take it like any other.</summary>
internal sealed class EnginePageLock<T> : PageLockScope<T> where T : unmanaged
{
    public EnginePageLock(Accelerator accelerator, nint address, long length) : base(accelerator, length) => AddrOfLockedObject = address;

    protected override void DisposeAcceleratorObject(bool disposing)
    {
    }
}
