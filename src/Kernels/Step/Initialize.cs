namespace VaeGpu.Kernels.Step;

/// <summary>The random stream of a tensor's first values.</summary>
public struct InitialValues
{
    /// <summary>Half the width of the uniform distribution, or the deviation of the normal one.</summary>
    public float Scale;
    /// <summary>The run's seed.</summary>
    public uint Seed;
    /// <summary>The tensor's number in the model: each has numbers of its own.</summary>
    public uint Tensor;
}

/// <summary>First values of parameters, drawn with <see cref="Philox"/> by (seed, tensor, element).</summary>
/// <remarks>Thread g of group x has elements (x·E + e)·G + g, e in 0 … E−1. Test: StepTests.</remarks>
public static class Initialize
{
    /// <summary>
    /// Uniform in [−Scale, Scale). With Scale = 1/√(inputs) this is PyTorch's default for a linear layer's weight and bias,
    /// He's uniform distribution with a = √5 (He, Zhang, Ren and Sun 2015).
    /// </summary>
    public static void Uniform(ArrayView<float> values, FlatShape shape, InitialValues stream)
    {
        int start = Grid.IdxX * (Group.DimX * shape.PerThread);
        for (int element = 0; element < shape.PerThread; element++)
        {
            int index = start + element * Group.DimX + Group.IdxX;
            if (index < shape.Length)
                values[index] = stream.Scale * (2f * Philox.Uniform(Words(stream, index).A) - 1f);
        }
    }

    /// <summary>Normal with mean 0 and deviation Scale.</summary>
    public static void Normal(ArrayView<float> values, FlatShape shape, InitialValues stream)
    {
        int start = Grid.IdxX * (Group.DimX * shape.PerThread);
        for (int element = 0; element < shape.PerThread; element++)
        {
            int index = start + element * Group.DimX + Group.IdxX;
            if (index < shape.Length)
            {
                RandomWords words = Words(stream, index);
                values[index] = stream.Scale * Philox.Normal(words.A, words.B);
            }
        }
    }

    private static RandomWords Words(InitialValues stream, int index) =>
        Philox.Draw(stream.Seed, RandomPurpose.Weights, stream.Tensor, (uint)index);
}
