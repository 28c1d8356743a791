namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = x·Φ(x), Φ the standard normal distribution function (Hendrycks and Gimpel 2016); f' = Φ(x) + x·φ(x).</summary>
public struct Gelu : IActivation
{
    private const float SqrtHalf = 0.70710678f;
    private const float DensityAtZero = 0.39894228f;
    public static bool FromOutput => false;
    public static bool IsCheap => false;
    public static double Gain => Math.Sqrt(2);
    public static float Apply(float x) => x * Distribution(x);
    public static float Derivative(float saved) => Distribution(saved) + saved * (DensityAtZero * Exponential.Exp(-0.5f * saved * saved));

    private static float Distribution(float x) => 0.5f * (1f + ErrorFunction.Erf(x * SqrtHalf));
}
