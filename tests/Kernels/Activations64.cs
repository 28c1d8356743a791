using VaeGpu.Kernels;
using VaeGpu.Tests.Numerics;

namespace VaeGpu.Tests.Kernels;

/// <summary>The activations in double precision, straight from their definitions.</summary>
internal static class Activations64
{
    public static double Apply<TActivation>(double x) => Apply(typeof(TActivation), x);

    public static double Apply(Type activation, double x) => activation.Name switch
    {
        nameof(Identity) => x,
        nameof(Relu) => Math.Max(x, 0),
        nameof(LeakyRelu) => x > 0 ? x : 0.01 * x,
        nameof(Elu) => x > 0 ? x : Math.Exp(x) - 1,
        nameof(Tanh) => Math.Tanh(x),
        nameof(Sigmoid) => 1 / (1 + Math.Exp(-x)),
        nameof(Softplus) => Math.Log(1 + Math.Exp(x)),
        nameof(Silu) => x / (1 + Math.Exp(-x)),
        nameof(Gelu) => x * 0.5 * (1 + Reference.Erf(x / Math.Sqrt(2))),
        _ => throw new ArgumentException(activation.Name),
    };

    /// <summary>The derivative by a central difference, one-sided at the kink of the piecewise linear ones.</summary>
    public static double Derivative<TActivation>(double x)
    {
        const double step = 1e-6;
        double h = Math.Abs(x) < step && x != 0 ? Math.Abs(x) / 2 : step;
        return (Apply<TActivation>(x + h) - Apply<TActivation>(x - h)) / (2 * h);
    }
}
