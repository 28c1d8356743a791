using VaeGpu.Kernels;
using VaeGpu.Layers.Models;

namespace VaeGpu.Host.Commands;

/// <summary>The options that say which layers a model has.</summary>
internal sealed class ArchitectureOptions
{
    private const int MostUnits = 1 << 14;
    private static readonly ValueList<int> DefaultHidden = [400];
    private static readonly Architecture[] Convolutional = [.. Architecture.All.Where(one => one.IsConvolutional)];

    private readonly Option<string> arch = OptionOf.Choice(
        "--arch", "kind", Architecture.Mlp, "Linear layers only, or convolutions before them");
    private readonly Option<ValueList<int>> channels = OptionOf.Numbers(
        "--channels", "n,…", 1, MostUnits,
        $"With --arch {OptionOf.Alternatives(Convolutional, _ => true)}, channels of each convolution of the encoder (4×4, stride 2); the "
        + $"decoder mirrors them [default: "
        + $"{string.Join(" or ", Convolutional.Select(one => string.Join(',', one.DefaultChannels)).Distinct())}]");
    private readonly Option<ValueList<int>> hidden = OptionOf.Numbers(
        "--hidden", "units,…", 1, MostUnits,
        "Units of each hidden linear layer of the encoder, after its convolutions if it has any; the decoder mirrors them; "
        + $"none for no hidden linear layer [default: {string.Join(',', DefaultHidden)}]",
        canBeNone: true);

    /// <summary>Every option, in the order of the help text.</summary>
    public Option[] All => [arch, channels, hidden];

    /// <summary>Units of the hidden linear layers.</summary>
    public Option Hidden => hidden;

    /// <summary>A model with the layers that were asked for.</summary>
    /// <exception cref="UsageException">Channels are given without convolutions.</exception>
    public ModelConfiguration Applied(ParseResult result, ModelConfiguration model)
    {
        var chosen = result.Chosen<Architecture>(arch);
        if (result.Gave(channels) && !chosen.IsConvolutional)
        {
            throw new UsageException(
                $"--channels goes with --arch {OptionOf.Alternatives(Convolutional, _ => true)}: linear layers have --hidden.");
        }
        return model with
        {
            Architecture = chosen,
            Convolutions = result.Gave(channels) ? result.GetRequiredValue(channels) : chosen.DefaultChannels,
            Hidden = result.Gave(hidden) ? result.GetRequiredValue(hidden) : DefaultHidden,
        };
    }
}
