namespace VaeGpu.Kernels.Step;

/// <summary>The distributions of a layer's initial parameters by name; all but the first start the biases at 0.</summary>
public sealed class Initialization : Choice<Initialization>
{
    private readonly Func<double, double, double, InitialDistribution> weights;
    private readonly bool drawsBiases;

    /// <param name="weights">The distribution of the weights, from fan in, fan out and the activation's gain.</param>
    /// <param name="drawsBiases">Whether biases are drawn as weights are.</param>
    /// <param name="member">The property.</param>
    private Initialization(
        Func<double, double, double, InitialDistribution> weights, bool drawsBiases = false, [CallerMemberName] string member = "")
        : base(member) => (this.weights, this.drawsBiases) = (weights, drawsBiases);

    /// <summary>PyTorch's default: weights and biases uniform within ±1/√(fan in).</summary>
    public static Initialization Pytorch { get; } = new((fanIn, _, _) => new(false, 1 / Math.Sqrt(fanIn)), drawsBiases: true);
    /// <summary>Uniform with deviation √(2/(fan in + fan out)) (Glorot and Bengio 2010).</summary>
    public static Initialization GlorotUniform { get; } =
        new((fanIn, fanOut, _) => InitialDistribution.UniformOf(Math.Sqrt(2 / (fanIn + fanOut))));
    /// <summary>Normal with the same deviation.</summary>
    public static Initialization GlorotNormal { get; } = new((fanIn, fanOut, _) => new(true, Math.Sqrt(2 / (fanIn + fanOut))));
    /// <summary>Uniform with deviation g/√(fan in), g the activation's gain (He, Zhang, Ren and Sun 2015).</summary>
    public static Initialization HeUniform { get; } = new((fanIn, _, gain) => InitialDistribution.UniformOf(gain / Math.Sqrt(fanIn)));
    /// <summary>Normal with the same deviation.</summary>
    public static Initialization HeNormal { get; } = new((fanIn, _, gain) => new(true, gain / Math.Sqrt(fanIn)));
    /// <summary>Normal with deviation 1/√(fan in) (LeCun, Bottou, Orr and Müller 1998).</summary>
    public static Initialization LecunNormal { get; } = new((fanIn, _, _) => new(true, 1 / Math.Sqrt(fanIn)));
    /// <summary>
    /// Orthogonal rows or columns, whichever are fewer, g long (Saxe, McClelland and Ganguli 2014). A convolution's rows are its taps
    /// and fine channels, its columns the coarse channels.
    /// </summary>
    public static Initialization Orthogonal { get; } = new((_, _, gain) => new(true, gain) { IsOrthogonal = true });

    /// <summary>The distribution of a layer's weights.</summary>
    /// <param name="fanIn">Inputs of each output.</param>
    /// <param name="fanOut">Outputs of each input.</param>
    /// <param name="gain">The <see cref="Activations.Activation.Gain"/> of the layer's activation.</param>
    public InitialDistribution Weights(double fanIn, double fanOut, double gain) => weights(fanIn, fanOut, gain);

    /// <summary>The distribution of a layer's biases.</summary>
    public InitialDistribution Biases(double fanIn) => drawsBiases ? weights(fanIn, 0, 1) : InitialDistribution.Zeros;
}

/// <summary>The distribution of a tensor's initial values.</summary>
/// <param name="IsNormal">Whether it is normal with mean 0; else it is uniform about 0.</param>
/// <param name="Scale">The deviation of the normal distribution, or half the width of the uniform one; 0 for zeros.</param>
public readonly record struct InitialDistribution(bool IsNormal, double Scale)
{
    /// <summary>Whether the normal draws are made orthogonal, of length <see cref="Scale"/>.</summary>
    public bool IsOrthogonal { get; init; }

    /// <summary>All zeros.</summary>
    public static InitialDistribution Zeros => new(false, 0);

    /// <summary>The uniform distribution of the given deviation.</summary>
    public static InitialDistribution UniformOf(double deviation) => new(false, Math.Sqrt(3) * deviation);
}
