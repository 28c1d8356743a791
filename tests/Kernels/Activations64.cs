using VaeGpu.Kernels.Activations;
using VaeGpu.Tests.Numerics;

namespace VaeGpu.Tests.Kernels;

/// <summary>The activations in double precision, straight from their definitions. A new activation needs an entry.</summary>
internal static class Activations64
{
    private static readonly Dictionary<Activation, Func<double, double>> Functions = new()
    {
        [Activation.Identity] = x => x,
        [Activation.Relu] = x => Math.Max(x, 0),
        [Activation.LeakyRelu] = x => x > 0 ? x : 0.01 * x,
        [Activation.Elu] = x => x > 0 ? x : Math.Exp(x) - 1,
        [Activation.Tanh] = Math.Tanh,
        [Activation.Sigmoid] = x => 1 / (1 + Math.Exp(-x)),
        [Activation.Softplus] = x => Math.Log(1 + Math.Exp(x)),
        [Activation.Silu] = x => x / (1 + Math.Exp(-x)),
        [Activation.Gelu] = x => x * 0.5 * (1 + Reference.Erf(x / Math.Sqrt(2))),
        [Activation.Mish] = x => x * Math.Tanh(Math.Log(1 + Math.Exp(x))),
    };

    public static double Apply(Activation activation, double x) => Functions[activation](x);

    public static double Apply<TActivation>(double x) =>
        Apply(Activation.All.First(activation => activation.Accept(new TypeOf()) == typeof(TActivation)), x);

    /// <summary>The derivative by a central difference, one-sided at the kink of the piecewise linear ones.</summary>
    public static double Derivative<TActivation>(double x)
    {
        const double step = 1e-6;
        double h = Math.Abs(x) < step && x != 0 ? Math.Abs(x) / 2 : step;
        return (Apply<TActivation>(x + h) - Apply<TActivation>(x - h)) / (2 * h);
    }

    private sealed class TypeOf : IActivationVisitor<Type>
    {
        public Type Visit<TActivation>() where TActivation : struct, IActivation => typeof(TActivation);
    }
}
