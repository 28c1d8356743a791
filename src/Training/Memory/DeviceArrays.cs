namespace VaeGpu.Training.Memory;

/// <summary>Arrays in device memory that live as long as this.</summary>
internal sealed class DeviceArrays(Accelerator accelerator) : IDisposable
{
    private readonly List<MemoryBuffer> buffers = [];

    /// <summary>What a launch leaves in an array of <paramref name="length"/>, with room for its other arguments.</summary>
    public static float[] Result(Accelerator accelerator, long length, Action<DeviceArrays, ArrayView<float>> launch)
    {
        using var arrays = new DeviceArrays(accelerator);
        ArrayView<float> result = arrays.Empty(length);
        launch(arrays, result);
        return Read(result, (int)length);
    }

    /// <summary>The first numbers of a view.</summary>
    public static float[] Read(ArrayView<float> view, int length)
    {
        var values = new float[length];
        if (length > 0)
            view.SubView(0, length).CopyToCPU(values);
        return values;
    }

    /// <summary>A copy of values of the host.</summary>
    public ArrayView<T> Of<T>(params T[] values) where T : unmanaged => Keep(accelerator.Allocate1D(values));

    public ArrayView<float> Zeros(int length) => Of(new float[length]);

    /// <summary>Room for numbers that a kernel writes.</summary>
    public ArrayView<float> Empty(long length) => Keep(accelerator.Allocate1D<float>(length));

    public void Dispose() => buffers.ForEach(buffer => buffer.Dispose());

    private ArrayView<T> Keep<T>(MemoryBuffer1D<T, Stride1D.Dense> buffer) where T : unmanaged
    {
        buffers.Add(buffer);
        return buffer.View;
    }
}
