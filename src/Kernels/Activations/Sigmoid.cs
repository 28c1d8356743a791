namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = 1/(1 + e⁻ˣ); f' = y(1 − y).</summary>
public struct Sigmoid : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => false;
    public static double Gain => 1;
    public static float Apply(float x) => Sigmoids.Sigmoid(x);
    public static float Derivative(float saved) => saved * (1f - saved);
}
