using System.CommandLine;
using VaeGpu.Kernels;

namespace VaeGpu.Host.Commands;

/// <summary>The options of "train" that say which layers there are.</summary>
internal sealed class ArchitectureOptions
{
    private const int MostUnits = 1 << 14;
    private static readonly ValueList<int> DefaultChannels = [32, 64];
    private static readonly ValueList<int> DefaultHidden = [400];

    private readonly Option<string> arch = OptionOf.Choice(
        "--arch", "kind", Architecture.Mlp, "Linear layers only, or convolutions before them");
    private readonly Option<ValueList<int>> channels = OptionOf.Numbers(
        "--channels", "n,…", 1, MostUnits,
        "With --arch conv, channels of each convolution of the encoder (4×4, stride 2); the decoder mirrors them [default: "
        + $"{string.Join(',', DefaultChannels)}]");
    private readonly Option<ValueList<int>> hidden = OptionOf.Numbers(
        "--hidden", "units,…", 1, MostUnits,
        "Units of each hidden linear layer of the encoder, after its convolutions if it has any; the decoder mirrors them; "
        + $"none for no hidden linear layer [default: {string.Join(',', DefaultHidden)}]",
        canBeNone: true);

    private enum Architecture
    {
        Mlp,
        Conv,
    }

    /// <summary>Every option, in the order of the help text.</summary>
    public Option[] All => [arch, channels, hidden];

    /// <summary>Channels of the convolutions; none for linear layers alone.</summary>
    /// <exception cref="UsageException">Channels are given without convolutions.</exception>
    public ValueList<int> Convolutions(ParseResult result)
    {
        if (result.Chosen<Architecture>(arch) == Architecture.Conv)
            return result.Gave(channels) ? result.GetRequiredValue(channels) : DefaultChannels;
        return result.Gave(channels)
            ? throw new UsageException("--channels goes with --arch conv: linear layers have --hidden.")
            : [];
    }

    /// <summary>Units of each hidden linear layer.</summary>
    public ValueList<int> Hidden(ParseResult result) => result.Gave(hidden) ? result.GetRequiredValue(hidden) : DefaultHidden;
}
