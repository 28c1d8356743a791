namespace VaeGpu.Bench.Measuring;

/// <summary>Memory of a device, and what else lives as long as this.</summary>
internal sealed class Buffers(Accelerator accelerator) : IDisposable
{
    private readonly List<IDisposable> owned = [];

    /// <summary>Normal numbers.</summary>
    public ArrayView<float> Normal(int count) => Of(Data.Normal(count));

    /// <summary>Uniform numbers in [0, 1).</summary>
    public ArrayView<float> Uniform(int count) => Of(Data.Uniform(count));

    /// <summary>Zeros.</summary>
    public ArrayView<float> Zeros(int count) => Of(new float[count]);

    /// <summary>A copy of values of the host.</summary>
    public ArrayView<T> Of<T>(params T[] values) where T : unmanaged => Own(accelerator.Allocate1D(values)).View;

    /// <summary>Keeps something until this is disposed of.</summary>
    public T Own<T>(T one) where T : IDisposable
    {
        owned.Add(one);
        return one;
    }

    /// <inheritdoc/>
    public void Dispose() => owned.ForEach(one => one.Dispose());
}
