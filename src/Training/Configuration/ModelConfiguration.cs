using System.Text.Json.Serialization;

namespace VaeGpu.Training.Configuration;

/// <summary>The shape of a variational autoencoder: width·height → hidden layers → latent, and back through the same layers.</summary>
public sealed record ModelConfiguration
{
    /// <summary>Columns of an image, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of an image, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Units of each hidden layer of the encoder, from the data on; the decoder has them in reverse.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [400];

    /// <summary>Latent dimensions.</summary>
    public int Latent { get; init; } = 20;

    /// <summary>The function after each hidden layer.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Relu;

    /// <summary>The law p(x∣z) of the data.</summary>
    public LikelihoodKind Likelihood { get; init; } = LikelihoodKind.Bernoulli;

    /// <summary>Data dimensions: height·width.</summary>
    [JsonIgnore]
    public int DataDimensions => Width * Height;

    /// <inheritdoc/>
    public bool Equals(ModelConfiguration? other) =>
        other is not null
        && (Width, Height, Latent, Activation, Likelihood) == (other.Width, other.Height, other.Latent, other.Activation, other.Likelihood)
        && Hidden.SequenceEqual(other.Hidden);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height, Hidden.Count, Latent, Activation, Likelihood);
}
