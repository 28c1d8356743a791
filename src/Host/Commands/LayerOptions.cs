using System.CommandLine;
using VaeGpu.Kernels;

namespace VaeGpu.Host.Commands;

/// <summary>The options of "train" that say which layers there are, and where their parameters start.</summary>
internal sealed class LayerOptions
{
    private const int MostUnits = 1 << 14;
    private static readonly int[] DefaultChannels = [32, 64];
    private static readonly int[] DefaultHidden = [400];

    private readonly Option<string> arch = OptionOf.Choice(
        "--arch", "kind", Architecture.Mlp, "Linear layers alone, or convolutions before them");
    private readonly Option<IReadOnlyList<int>> channels = OptionOf.Numbers(
        "--channels", "n,…", 1, MostUnits,
        "With --arch conv, channels of each convolution of the encoder (4×4, stride 2); the decoder mirrors them [default: "
        + $"{string.Join(',', DefaultChannels)}]");
    private readonly Option<IReadOnlyList<int>> hidden = OptionOf.Numbers(
        "--hidden", "units,…", 1, MostUnits,
        "Units of each hidden linear layer of the encoder, behind its convolutions where there are any; the decoder mirrors them; "
        + $"none for a model without, which is linear where it has no convolutions [default: {string.Join(',', DefaultHidden)}]",
        canBeNone: true);
    private readonly Option<int> latent = OptionOf.Number("--latent", "n", 20, 1, MostUnits, "Latent dimensions");
    private readonly Option<string> activation = OptionOf.Choice(
        "--activation", "function", Kernels.Activation.Relu, "Function after each hidden layer");
    private readonly Option<string> init = OptionOf.Choice(
        "--init", "law", Kernels.Initialization.Pytorch, "Law of the first parameters");

    private enum Architecture
    {
        Mlp,
        Conv,
    }

    /// <summary>Every option, in the order of the help text.</summary>
    public Option[] All => [arch, channels, hidden, latent, activation, init];

    /// <summary>Channels of the convolutions; none for linear layers alone.</summary>
    /// <exception cref="UsageException">Channels are given without convolutions.</exception>
    public IReadOnlyList<int> Convolutions(ParseResult result)
    {
        if (result.Chosen<Architecture>(arch) == Architecture.Conv)
            return result.Gave(channels) ? result.GetRequiredValue(channels) : DefaultChannels;
        return result.Gave(channels)
            ? throw new UsageException("--channels goes with --arch conv: linear layers have --hidden.")
            : [];
    }

    public IReadOnlyList<int> Hidden(ParseResult result) => result.Gave(hidden) ? result.GetRequiredValue(hidden) : DefaultHidden;

    public int Latent(ParseResult result) => result.GetValue(latent);

    public Activation Activation(ParseResult result) => result.Chosen<Activation>(activation);

    public Initialization Initialization(ParseResult result) => result.Chosen<Initialization>(init);
}
