namespace VaeGpu.Training.Inference;

/// <summary>q(z∣x) = N(μ, σ²) of some examples.</summary>
/// <param name="Dimensions">Latent dimensions d.</param>
/// <param name="Means">μ, shape (count, d).</param>
/// <param name="Deviations">σ, shape (count, d).</param>
public sealed record LatentCodes(int Dimensions, float[] Means, float[] Deviations)
{
    /// <summary>The number of examples.</summary>
    public int Count => Means.Length / Dimensions;

    /// <summary>μ of one example, shape (d).</summary>
    public ReadOnlySpan<float> Mean(int index) => Means.AsSpan(index * Dimensions, Dimensions);

    /// <summary>σ of one example, shape (d).</summary>
    public ReadOnlySpan<float> Deviation(int index) => Deviations.AsSpan(index * Dimensions, Dimensions);
}
