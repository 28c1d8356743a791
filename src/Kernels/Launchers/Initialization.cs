namespace VaeGpu.Kernels;

/// <summary>The laws of a layer's first values by name; all but the first start the biases at 0.</summary>
public enum Initialization
{
    /// <summary>PyTorch's default: weights and biases uniform within ±1/√(fan in).</summary>
    Pytorch,
    /// <summary>Uniform with deviation √(2/(fan in + fan out)) (Glorot and Bengio 2010).</summary>
    GlorotUniform,
    /// <summary>Normal with the same deviation.</summary>
    GlorotNormal,
    /// <summary>Uniform with deviation g/√(fan in), g the activation's gain (He, Zhang, Ren and Sun 2015).</summary>
    HeUniform,
    /// <summary>Normal with the same deviation.</summary>
    HeNormal,
    /// <summary>Normal with deviation 1/√(fan in) (LeCun, Bottou, Orr and Müller 1998).</summary>
    LecunNormal,
    /// <summary>
    /// Orthogonal rows or columns, whichever are fewer, g long (Saxe, McClelland and Ganguli 2014). A convolution's rows are its taps
    /// and fine channels, its columns the coarse channels.
    /// </summary>
    Orthogonal,
}

/// <summary>The law of a tensor's first values.</summary>
/// <param name="IsNormal">Whether it is normal with mean 0; else it is uniform about 0.</param>
/// <param name="Scale">The deviation of the normal law, or half the width of the uniform one; 0 for zeros.</param>
public readonly record struct InitialLaw(bool IsNormal, double Scale)
{
    /// <summary>Whether the normal draws are made orthogonal, of length <see cref="Scale"/>.</summary>
    public bool IsOrthogonal { get; init; }

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
    public static InitialLaw Weights(
        this Initialization initialization, double fanIn, double fanOut, Activation activation) => initialization switch
    {
        Initialization.Pytorch => new(false, 1 / Math.Sqrt(fanIn)),
        Initialization.GlorotUniform => InitialLaw.UniformOf(Math.Sqrt(2 / (fanIn + fanOut))),
        Initialization.GlorotNormal => new(true, Math.Sqrt(2 / (fanIn + fanOut))),
        Initialization.HeUniform => InitialLaw.UniformOf(Gain(activation) / Math.Sqrt(fanIn)),
        Initialization.HeNormal => new(true, Gain(activation) / Math.Sqrt(fanIn)),
        Initialization.LecunNormal => new(true, 1 / Math.Sqrt(fanIn)),
        Initialization.Orthogonal => new(true, Gain(activation)) { IsOrthogonal = true },
        _ => throw new ArgumentOutOfRangeException(nameof(initialization), initialization, "No such initialisation."),
    };

    /// <summary>The law of a layer's biases.</summary>
    public static InitialLaw Biases(this Initialization initialization, double fanIn) =>
        initialization == Initialization.Pytorch ? new(false, 1 / Math.Sqrt(fanIn)) : InitialLaw.Zeros;

    /// <summary>
    /// What keeps the variance through the activation: √2 for the rectifiers and their smooth kin, the leaky one's own √(2/(1 + a²)), 5/3
    /// for tanh as PyTorch has it, 1 for the rest.
    /// </summary>
    private static double Gain(Activation activation) => activation switch
    {
        Activation.Relu or Activation.Elu or Activation.Softplus or Activation.Silu or Activation.Gelu => Math.Sqrt(2),
        Activation.LeakyRelu => Math.Sqrt(2 / (1 + 0.01 * 0.01)),
        Activation.Tanh => 5.0 / 3,
        _ => 1,
    };
}
