namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = ln(1 + eˣ); f' = sigmoid(x) = 1 − e⁻ʸ.</summary>
public struct Softplus : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => false;
    public static double Gain => Math.Sqrt(2);
    public static float Apply(float x) => Sigmoids.Softplus(x);
    public static float Derivative(float saved) => -Exponential.Expm1(-saved);
}
