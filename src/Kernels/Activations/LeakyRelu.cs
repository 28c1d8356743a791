namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = x for x > 0, x/100 below.</summary>
public struct LeakyRelu : IActivation
{
    private const float Slope = 0.01f;
    public static bool FromOutput => true;
    public static bool IsCheap => true;
    public static double Gain => Math.Sqrt(2 / (1 + 0.01 * 0.01));
    public static float Apply(float x) => x > 0f ? x : Slope * x;
    public static float Derivative(float saved) => saved > 0f ? 1f : Slope;
}
