namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = tanh x; f' = 1 − y².</summary>
public struct Tanh : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => false;
    public static double Gain => 5.0 / 3;
    public static float Apply(float x) => Sigmoids.Tanh(x);
    public static float Derivative(float saved) => 1f - saved * saved;
}
