using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Training.Memory;

/// <summary>Reads numbers of an array in device memory: in place if it is host memory, else through a buffer that is reused.</summary>
internal sealed class DeviceReader(Accelerator accelerator)
{
    private float[] buffer = [];

    /// <summary>Some numbers of <paramref name="view"/>. They stand until the next call or the next launch.</summary>
    public unsafe ReadOnlySpan<float> Read(ArrayView<float> view, int first, int length)
    {
        var numbers = view.SubView(first, length);
        if (accelerator is SimdAccelerator)
            return new((void*)numbers.LoadEffectiveAddressAsPtr(), length);
        if (buffer.Length < length)
            buffer = new float[length];
        numbers.CopyToCPU(ref buffer[0], length);
        return buffer.AsSpan(0, length);
    }
}
