namespace VaeGpu.Kernels.Activations;

/// <summary>f(x) = x·t with t = tanh(softplus(x)) (Misra 2020); f' = t + x·sigmoid(x)·(1 − t²).</summary>
public struct Mish : IActivation
{
    public static bool FromOutput => false;
    public static bool IsCheap => false;
    public static double Gain => Math.Sqrt(2);
    public static float Apply(float x) => x * Sigmoids.Tanh(Sigmoids.Softplus(x));

    public static float Derivative(float saved)
    {
        float t = Sigmoids.Tanh(Sigmoids.Softplus(saved));
        return t + saved * Sigmoids.Sigmoid(saved) * (1f - t * t);
    }
}
