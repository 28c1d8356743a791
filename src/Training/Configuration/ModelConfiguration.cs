using System.Text.Json.Serialization;
using VaeGpu.Kernels;
using VaeGpu.Layers;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Configuration;

/// <summary>The shape of a variational autoencoder: width·height → hidden layers → latent, and back through the same layers.</summary>
public sealed record ModelConfiguration
{
    /// <summary>Columns of an image, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of an image, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Channels of an image: 1 for grey, 3 for red, green and blue.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Units of each hidden layer of the encoder, from the data on; the decoder has them in reverse.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [400];

    /// <summary>Latent dimensions.</summary>
    public int Latent { get; init; } = 20;

    /// <summary>The function after each hidden layer.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>The law p(x∣z) of the data.</summary>
    public Likelihood Likelihood { get; init; } = Likelihood.Bernoulli;

    /// <summary>σ of the Gaussian likelihood, in units of white − black: about the error that a good model leaves.</summary>
    public double Sigma { get; init; } = 0.1;

    /// <summary>Classes of the labels that encoder, decoder and prior are given; 0 for none.</summary>
    public int Classes { get; init; }

    /// <summary>p(z), or p(z∣y) where there are classes.</summary>
    public Prior Prior { get; init; }

    /// <summary>Data dimensions: channels·height·width.</summary>
    [JsonIgnore]
    public int DataDimensions => Channels * Width * Height;

    /// <summary>What the likelihood is told.</summary>
    private LikelihoodOptions LikelihoodOptions => new() { Scale = Sigma };

    /// <summary>The same for the layers.</summary>
    internal VaeShape Shape => new()
    {
        DataDimensions = DataDimensions,
        LatentDimensions = Latent,
        EncoderWidths = Hidden,
        DecoderWidths = [.. Hidden.Reverse()],
        Activation = Activation,
        Classes = Classes,
        Prior = Prior,
        Likelihood = Likelihood,
        LikelihoodSettings = LikelihoodOptions.For(Likelihood),
    };

    /// <summary>Kernels number a matrix's elements by <see cref="int"/>.</summary>
    /// <exception cref="RunException">A matrix would have 2³¹ elements or more.</exception>
    internal void ThrowIfTooLarge(int batch)
    {
        long[] widths =
        [
            DataDimensions + Classes, .. Hidden, 2 * Latent + Classes, .. Hidden.Reverse(),
            (long)LikelihoodOptions.Outputs(Likelihood) * DataDimensions,
        ];
        var largest = widths.Zip(widths.Skip(1)).Max(pair => pair.First * pair.Second);
        if (Math.Max(largest, batch * widths.Max()) > int.MaxValue)
        {
            throw new RunException(
                $"Images of {Width}×{Height} pixels need a smaller batch, fewer hidden units or fewer outputs of the decoder: "
                + "a matrix would have over 2³¹ elements.");
        }
    }

    /// <inheritdoc/>
    public bool Equals(ModelConfiguration? other) =>
        other is not null
        && (Width, Height, Channels, Latent, Activation, Likelihood, Sigma, Classes, Prior)
            == (other.Width, other.Height, other.Channels, other.Latent, other.Activation, other.Likelihood, other.Sigma, other.Classes, other.Prior)
        && Hidden.SequenceEqual(other.Hidden);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height, Hidden.Count, Latent, Activation, Likelihood);
}
