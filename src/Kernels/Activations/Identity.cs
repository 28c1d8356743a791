namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = x.</summary>
public struct Identity : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => true;
    public static double Gain => 1;
    public static float Apply(float x) => x;
    public static float Derivative(float saved) => 1f;
}
