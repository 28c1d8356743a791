using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Layers.Models;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// The sizes of a training step: those of the standard model, 28×28 pixels and 20 latent dimensions, where nothing else is said.
/// </summary>
internal sealed record StepSize(int Batch, params int[] Hidden)
{
    private const int StandardPixels = 784, StandardImages = 60_000;

    /// <summary>Channels of the encoder's convolutions, each of which halves the image.</summary>
    public int[] Channels { get; init; } = [];
    public int Side { get; init; } = 28;
    public int Colors { get; init; } = 1;
    public int Latent { get; init; } = 20;
    /// <summary>Draws z of each example.</summary>
    public int Samples { get; init; } = 1;
    public Likelihood Likelihood { get; init; } = Likelihood.Bernoulli;

    /// <summary>Whether the images are random though they are of MNIST's size.</summary>
    public bool HasRandomPixels { get; init; }

    /// <summary>Whether it trains on MNIST, where that is at hand.</summary>
    public bool IsOfMnist => Pixels == StandardPixels && !HasRandomPixels;

    /// <summary>Data dimensions.</summary>
    public int Pixels => Side * Side * Colors;

    /// <summary>Images of the data set: MNIST's, and as many bytes where they are larger.</summary>
    public int Images => (int)((long)StandardPixels * StandardImages / Pixels);

    /// <summary>The model.</summary>
    public VaeShape Shape => new()
    {
        DataDimensions = Pixels,
        LatentDimensions = Latent,
        Layers = (Channels.Length > 0 ? Architecture.Conv : Architecture.Mlp).Layers(new(Side, Side, Colors, [.. Channels], [.. Hidden])),
        Activation = Activation.Relu,
        Likelihood = Likelihood,
        LikelihoodSettings = Likelihood.Settings(new()),
        Samples = Samples,
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        string hidden = string.Join('-', Hidden), colors = Colors == 1 ? "" : $"×{Colors}";
        string model = Channels.Length == 0
            ? $"{Pixels}-{hidden}-{Latent}"
            : $"{Side}×{Side}{colors}, convolutions {string.Join('-', Channels)}, hidden {hidden}, latent {Latent}";
        string samples = Samples == 1 ? "" : $", {Samples} samples";
        string likelihood = Likelihood == Likelihood.Bernoulli ? "" : $", {Likelihood}";
        string pixels = HasRandomPixels ? ", random pixels" : "";
        return $"{model}, batch {Batch}{samples}{likelihood}{pixels}";
    }
}
