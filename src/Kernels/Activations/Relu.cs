namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = max(x, 0), with f'(0) = 0; NaN stays.</summary>
public struct Relu : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => true;
    public static double Gain => Math.Sqrt(2);
    public static float Apply(float x) => x < 0f ? 0f : x;
    public static float Derivative(float saved) => saved > 0f ? 1f : 0f;
    public static bool GivesZeros => true;
}
