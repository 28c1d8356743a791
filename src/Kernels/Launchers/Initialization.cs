namespace VaeGpu.Kernels;

/// <summary>The laws of a layer's first values by name; all but the first start the biases at 0.</summary>
public enum Initialization
{
    /// <summary>PyTorch's default: weights and biases uniform within ±1/√(fan in).</summary>
    PyTorch,
    /// <summary>Normal with deviation g/√(fan in), g the activation's gain (He, Zhang, Ren and Sun 2015).</summary>
    KaimingNormal,
    /// <summary>Uniform with the same deviation.</summary>
    KaimingUniform,
    /// <summary>Normal with deviation √(2/(fan in + fan out)) (Glorot and Bengio 2010).</summary>
    XavierNormal,
    /// <summary>Uniform with the same deviation.</summary>
    XavierUniform,
    /// <summary>Normal with deviation 1/√(fan in) (LeCun, Bottou, Orr and Müller 1998).</summary>
    LecunNormal,
}

/// <summary>The law of a tensor's first values.</summary>
/// <param name="IsNormal">Whether it is normal with mean 0; else it is uniform about 0.</param>
/// <param name="Scale">The deviation of the normal law, or half the width of the uniform one; 0 for zeros.</param>
public readonly record struct InitialLaw(bool IsNormal, double Scale)
{
    /// <summary>All zeros.</summary>
    public static InitialLaw Zeros => new(false, 0);

    /// <summary>The uniform law of the given deviation.</summary>
    public static InitialLaw UniformOf(double deviation) => new(false, Math.Sqrt(3) * deviation);
}

/// <summary>From names to laws.</summary>
public static class InitializationExtensions
{
    /// <summary>The law of a layer's weights.</summary>
    /// <param name="initialization">The name.</param>
    /// <param name="fanIn">Inputs of each output.</param>
    /// <param name="fanOut">Outputs of each input.</param>
    /// <param name="activation">What the layer's outputs go through.</param>
    public static InitialLaw Weights(this Initialization initialization, double fanIn, double fanOut, Activation activation) => initialization switch
    {
        Initialization.PyTorch => new(false, 1 / Math.Sqrt(fanIn)),
        Initialization.KaimingNormal => new(true, Gain(activation) / Math.Sqrt(fanIn)),
        Initialization.KaimingUniform => InitialLaw.UniformOf(Gain(activation) / Math.Sqrt(fanIn)),
        Initialization.XavierNormal => new(true, Math.Sqrt(2 / (fanIn + fanOut))),
        Initialization.XavierUniform => InitialLaw.UniformOf(Math.Sqrt(2 / (fanIn + fanOut))),
        Initialization.LecunNormal => new(true, 1 / Math.Sqrt(fanIn)),
        _ => throw new ArgumentOutOfRangeException(nameof(initialization), initialization, "No such initialisation."),
    };

    /// <summary>The law of a layer's biases.</summary>
    public static InitialLaw Biases(this Initialization initialization, double fanIn) =>
        initialization == Initialization.PyTorch ? new(false, 1 / Math.Sqrt(fanIn)) : InitialLaw.Zeros;

    /// <summary>
    /// What keeps the variance through the activation: √2 for the rectifiers and their smooth kin, the leaky one's own √(2/(1 + a²)), 5/3 for
    /// tanh as PyTorch has it, 1 for the rest.
    /// </summary>
    private static double Gain(Activation activation) => activation switch
    {
        Activation.Relu or Activation.Elu or Activation.Softplus or Activation.Silu or Activation.Gelu => Math.Sqrt(2),
        Activation.LeakyRelu => Math.Sqrt(2 / (1 + 0.01 * 0.01)),
        Activation.Tanh => 5.0 / 3,
        _ => 1,
    };
}
