namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = x·s with s = sigmoid(x) (Hendrycks and Gimpel 2016); f' = s·(1 + x(1 − s)).</summary>
public struct Silu : IActivation
{
    public static bool FromOutput => false;
    public static bool IsCheap => false;
    public static double Gain => Math.Sqrt(2);
    public static float Apply(float x) => x * Sigmoids.Sigmoid(x);

    public static float Derivative(float saved)
    {
        float s = Sigmoids.Sigmoid(saved);
        return s * (1f + saved * (1f - s));
    }
}
