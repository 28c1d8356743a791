using System.Buffers;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Training.Memory;

/// <summary>An array in device memory as the host sees it: itself where it is host memory, else a copy.</summary>
internal sealed class HostMirror
{
    private readonly ArrayView<float> device;
    private readonly bool isCopy;

    /// <param name="accelerator">The device.</param>
    /// <param name="device">The array, which outlives this.</param>
    public HostMirror(Accelerator accelerator, ArrayView<float> device)
    {
        this.device = device;
        isCopy = accelerator is not SimdAccelerator;
        Values = isCopy ? GC.AllocateUninitializedArray<float>(device.IntLength, pinned: true) : new OfDevice(device).Memory;
    }

    /// <summary>The numbers, as <see cref="Load"/> found them.</summary>
    public Memory<float> Values { get; }

    /// <summary>Waits for the launches made, and brings a part of the array to the host.</summary>
    public void Load(int first, int length)
    {
        if (isCopy && length > 0)
            device.SubView(first, length).CopyToCPU(ref Values.Span[first], length);
    }

    /// <summary>Brings a part of the array back to the device.</summary>
    public void Store(int first, int length)
    {
        if (isCopy && length > 0)
            device.SubView(first, length).CopyFromCPU(ref Values.Span[first], length);
    }

    /// <summary>Device memory that is host memory: launches on it are done when they return.</summary>
    private sealed unsafe class OfDevice(ArrayView<float> view) : MemoryManager<float>
    {
        private readonly float* start = (float*)view.LoadEffectiveAddressAsPtr();

        public override Span<float> GetSpan() => new(start, view.IntLength);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
