using System.Text.Json.Serialization;
using VaeGpu.Kernels.Activations;
using VaeGpu.Layers;

namespace VaeGpu.Training.Configuration;

/// <summary>
/// The shape of a variational autoencoder: width·height → convolutions, if any → hidden layers → latent, and back through the same layers.
/// </summary>
public sealed record ModelConfiguration
{
    /// <summary>Columns of an image, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of an image, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Channels of an image: 1 for gray, 3 for red, green and blue.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>
    /// The kind of hidden layers; null for <see cref="Architecture.Conv"/> where there are <see cref="Convolutions"/>, and for
    /// <see cref="Architecture.Mlp"/> otherwise.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Architecture? Architecture { get; init; }

    /// <summary>
    /// Channels of each convolution of the encoder, from the data on; each halves the image: 4×4 taps, stride 2, padding 1. The decoder has
    /// their transposes in reverse. An architecture without convolutions has none.
    /// </summary>
    public ValueList<int> Convolutions { get; init; } = [];

    /// <summary>Units of each hidden linear layer of the encoder, behind its convolutions; the decoder has them in reverse.</summary>
    public ValueList<int> Hidden { get; init; } = [400];

    [Setting("latent", "n", "Latent dimensions", Least = 1, Most = 1 << 14)]
    public int Latent { get; init; } = 20;

    /// <summary>The function after each hidden layer.</summary>
    [Setting("activation", "function", "Function after each hidden layer")]
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>The distribution of the initial parameters.</summary>
    [Setting("init", "distribution", "Distribution of the initial parameters")]
    public Initialization Initialization { get; init; } = Initialization.Pytorch;

    /// <summary>p(x∣z).</summary>
    public Likelihood Likelihood { get; init; } = Likelihood.Bernoulli;

    /// <summary>What the likelihood is told, each as far as it concerns it.</summary>
    public LikelihoodOptions LikelihoodOptions { get; init; } = new();

    /// <summary>
    /// The number of categories of each categorical column of a table. Their codes are the last data dimensions; the likelihood is that of
    /// the others.
    /// </summary>
    public ValueList<int> Categories { get; init; } = [];

    /// <summary>Classes of the labels that encoder, decoder and prior are given; 0 for none.</summary>
    public int Classes { get; init; }

    /// <summary>p(z), or p(z∣y) where there are classes.</summary>
    [Setting("prior", "distribution",
        "Distribution of the latent vector: N(0, I), N(μ(label), I), or N(μ(label), σ²(label)) from a network")]
    public Prior Prior { get; init; } = Prior.Standard;

    /// <summary>
    /// Adds the encoder's layers between its input, labels beside it where there are classes, and its last layer; null for those of
    /// <see cref="Convolutions"/> and <see cref="Hidden"/>. Run folders do not keep it.
    /// </summary>
    [JsonIgnore]
    public Action<NetworkBuilder>? EncoderLayers { get; init; }

    /// <summary>Adds the decoder's layers between the latent vector, with labels where there are classes, and its last layer.</summary>
    [JsonIgnore]
    public Action<NetworkBuilder>? DecoderLayers { get; init; }

    /// <summary>Data dimensions: channels·height·width.</summary>
    [JsonIgnore]
    public int DataDimensions => Channels * Width * Height;

    /// <summary>Symbols that the data are made of; 0 where they are numbers.</summary>
    [JsonIgnore]
    public int Symbols =>
        LikelihoodOptions.Symbols && Likelihood.Description.Support.HasFlag(Support.Symbols) ? LikelihoodOptions.Classes : 0;

    /// <summary>Whether losses are in nats: those of a normalized distribution are.</summary>
    [JsonIgnore]
    public bool HasLikelihood => Likelihood.Description.IsNormalized;

    /// <summary>Whether the images have a pixel left behind every layer.</summary>
    [JsonIgnore]
    public bool Fits => Layers.Fits;

    /// <summary>What run folders keep of it: all but layers of one's own.</summary>
    internal ModelConfiguration Kept => this with { EncoderLayers = null, DecoderLayers = null };

    private HiddenLayers Layers => (Architecture ?? (Convolutions.Count > 0 ? Architecture.Conv : Architecture.Mlp))
        .Layers(new(Height, Width, Channels, Convolutions, Hidden));

    /// <summary>The same for the layers.</summary>
    internal VaeShape Shape => new()
    {
        DataDimensions = DataDimensions,
        LatentDimensions = Latent,
        Layers = EncoderLayers is null && DecoderLayers is null ? Layers : new OwnLayers(EncoderLayers, DecoderLayers, Layers),
        Activation = Activation,
        Initialization = Initialization,
        Symbols = Symbols,
        Categories = Categories,
        Classes = Classes,
        Prior = Prior,
        Likelihood = Likelihood,
        LikelihoodSettings = Likelihood.Settings(LikelihoodOptions),
    };

    /// <summary>The same, trained in a certain way.</summary>
    internal VaeShape ShapeFor(TrainingConfiguration training) => Shape with
    {
        Objective = training.Objective.Bound, Samples = training.Objective.Samples, FreeBits = (float)training.Objective.FreeBits,
        Precision = training.Precision,
    };

    /// <summary>Kernels number a matrix's elements by <see cref="int"/>.</summary>
    /// <exception cref="RunException">A matrix would have 2³¹ elements or more.</exception>
    internal void ThrowIfTooLarge(long batch)
    {
        var shape = Shape;
        if (batch > int.MaxValue
            || shape.Layers.LargestMatrix(shape, Likelihood.Outputs(shape.LikelihoodSettings), (int)batch) > int.MaxValue)
        {
            throw new RunException(
                $"Examples of {Width}×{Height} need a smaller batch, fewer hidden units or channels, or fewer outputs of the decoder: "
                + "a matrix would have over 2³¹ elements.");
        }
    }
}
