namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = x for x > 0, eˣ − 1 below (Clevert, Unterthiner and Hochreiter 2016); f' = y + 1 below.</summary>
public struct Elu : IActivation
{
    public static bool FromOutput => true;
    public static bool IsCheap => false;
    public static double Gain => Math.Sqrt(2);
    public static float Apply(float x) => x > 0f ? x : Exponential.Expm1(x);
    public static float Derivative(float saved) => saved > 0f ? 1f : saved + 1f;
}
