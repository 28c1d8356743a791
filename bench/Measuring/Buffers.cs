namespace VaeGpu.Bench.Measuring;

/// <summary>Memory of a device that lives as long as this.</summary>
internal sealed class Buffers(Accelerator accelerator) : IDisposable
{
    private readonly List<MemoryBuffer> buffers = [];

    /// <summary>Normal numbers.</summary>
    public ArrayView<float> Normal(int count) => Of(Data.Normal(count));

    /// <summary>Uniform numbers in [0, 1).</summary>
    public ArrayView<float> Uniform(int count) => Of(Data.Uniform(count));

    /// <summary>Zeros.</summary>
    public ArrayView<float> Zeros(int count) => Of(new float[count]);

    /// <summary>A copy of values of the host.</summary>
    public ArrayView<T> Of<T>(params T[] values) where T : unmanaged
    {
        var buffer = accelerator.Allocate1D(values);
        buffers.Add(buffer);
        return buffer.View;
    }

    /// <inheritdoc/>
    public void Dispose() => buffers.ForEach(buffer => buffer.Dispose());
}
