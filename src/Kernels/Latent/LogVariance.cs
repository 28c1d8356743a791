using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels.Latent;

/// <summary>The range of a logarithm of a variance: σ of 3·10⁻⁷ and of 22026 are beyond any use, and e²⁰ squared is finite.</summary>
/// <remarks>Outside of it the gradient is 0, as the clamp's is. NaN passes.</remarks>
public static class LogVariance
{
    /// <summary>The least log σ²: σ = 3·10⁻⁷.</summary>
    public const float Smallest = -30f;
    /// <summary>The greatest log σ²: σ = 22026.</summary>
    public const float Largest = 20f;

    /// <summary>The value, held within the range.</summary>
    public static float Clamp(float value) => Bounds.Clamp(value, Smallest, Largest);

    /// <summary>A gradient with respect to the value, or 0 where the clamp holds it.</summary>
    public static float Gradient(float value, float gradient) => Clamp(value) != value ? 0f : gradient;
}
