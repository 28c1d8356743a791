using System.Text.Json.Serialization;
using VaeGpu.Kernels;
using VaeGpu.Layers;
using VaeGpu.Training.Runs;

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

    /// <summary>Channels of an image: 1 for grey, 3 for red, green and blue.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>
    /// Channels of each convolution of the encoder, from the data on; each halves the image: 4×4 taps, stride 2, padding 1. The decoder has
    /// their transposes in reverse. None for linear layers alone.
    /// </summary>
    public IReadOnlyList<int> Convolutions { get; init; } = [];

    /// <summary>Units of each hidden linear layer of the encoder, behind its convolutions; the decoder has them in reverse.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [400];

    /// <summary>Latent dimensions.</summary>
    public int Latent { get; init; } = 20;

    /// <summary>The function after each hidden layer.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>The law of the first parameters.</summary>
    public Initialization Initialization { get; init; } = Initialization.Pytorch;

    /// <summary>The law p(x∣z) of the data.</summary>
    public Likelihood Likelihood { get; init; } = Likelihood.Bernoulli;

    /// <summary>What the likelihood is told, each as far as it concerns it.</summary>
    public LikelihoodOptions LikelihoodOptions { get; init; } = new();

    /// <summary>Classes of the labels that encoder, decoder and prior are given; 0 for none.</summary>
    public int Classes { get; init; }

    /// <summary>p(z), or p(z∣y) where there are classes.</summary>
    public Prior Prior { get; init; }

    /// <summary>Data dimensions: channels·height·width.</summary>
    [JsonIgnore]
    public int DataDimensions => Channels * Width * Height;

    /// <summary>Symbols that the data are made of; 0 where they are numbers.</summary>
    [JsonIgnore]
    public int Symbols => Likelihood == Likelihood.Categorical && LikelihoodOptions.Symbols ? LikelihoodOptions.Classes : 0;

    /// <summary>Whether losses are nats: the hybrid loss is of no law.</summary>
    [JsonIgnore]
    public bool HasLikelihood => LikelihoodLauncher.IsLikelihood(Likelihood);

    /// <summary>Whether the images have a pixel left after the convolutions.</summary>
    [JsonIgnore]
    public bool HasRoomForConvolutions => new ConvolutionalShape(Height, Width).HasRoomFor(Convolutions.Count);

    /// <summary>The same for the layers.</summary>
    internal VaeShape Shape => new()
    {
        DataDimensions = DataDimensions,
        LatentDimensions = Latent,
        EncoderWidths = Convolutions.Count > 0 ? Convolutions : Hidden,
        DecoderWidths = [.. (Convolutions.Count > 0 ? Convolutions : Hidden).Reverse()],
        Convolution = Convolutions.Count > 0 ? new(Height, Width, Channels) { Dense = Hidden } : null,
        Activation = Activation,
        Initialization = Initialization,
        Symbols = Symbols,
        Classes = Classes,
        Prior = Prior,
        Likelihood = Likelihood,
        LikelihoodSettings = LikelihoodOptions.For(Likelihood),
    };

    /// <summary>Kernels number a matrix's elements by <see cref="int"/>.</summary>
    /// <exception cref="RunException">A matrix would have 2³¹ elements or more.</exception>
    internal void ThrowIfTooLarge(int batch)
    {
        if (ModelSize.LargestMatrix(Shape, LikelihoodOptions.Outputs(Likelihood), batch) > int.MaxValue)
        {
            throw new RunException(
                $"Examples of {Width}×{Height} need a smaller batch, fewer hidden units or channels, or fewer outputs of the decoder: "
                + "a matrix would have over 2³¹ elements.");
        }
    }

    /// <inheritdoc/>
    public bool Equals(ModelConfiguration? other) =>
        other is not null
        && (Width, Height, Channels, Latent, Activation, Initialization, Likelihood, LikelihoodOptions, Classes, Prior)
            == (other.Width, other.Height, other.Channels, other.Latent, other.Activation, other.Initialization, other.Likelihood,
                other.LikelihoodOptions, other.Classes, other.Prior)
        && Hidden.SequenceEqual(other.Hidden) && Convolutions.SequenceEqual(other.Convolutions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height, Hidden.Count, Latent, Activation, Likelihood);
}
