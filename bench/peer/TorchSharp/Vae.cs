using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace VaeGpu.TorchSharp;

/// <summary>The model: linear layers alone, or convolutions before them, and their transposes in reverse.</summary>
internal sealed class Vae
{
    /// <summary>Pixels of a side, and of an image.</summary>
    public const int Side = 28, Pixels = Side * Side;
    /// <summary>Latent dimensions.</summary>
    public const int Latent = 20;

    private readonly Sequential encoder, decoder;
    private readonly Linear mean, logVariance;

    /// <param name="hidden">Units of the encoder's hidden layers; the decoder has them in reverse.</param>
    /// <param name="channels">Channels of its convolutions, each of which halves the image: 4×4 taps, stride 2, padding 1.</param>
    public Vae(int[] hidden, int[] channels)
    {
        List<Module<Tensor, Tensor>> down = [], up = [];
        int side = Side, planes = 1;
        foreach (int more in channels)
        {
            down.AddRange([Conv2d(planes, more, 4, stride: 2, padding: 1), ReLU()]);
            up.InsertRange(0, [ConvTranspose2d(more, planes, 4, stride: 2, padding: 1), ReLU()]);
            (planes, side) = (more, side / 2);
        }
        int inner = channels.Length > 0 ? planes * side * side : Pixels;
        down.AddRange([Flatten(), .. Chain([inner, .. hidden])]);
        // What the last activation would hide are the logits.
        List<Module<Tensor, Tensor>> outputs = channels.Length > 0
            ? [Linear(hidden[0], inner), ReLU(), Unflatten(1, [planes, side, side]), .. up.SkipLast(1)]
            : [Linear(hidden[0], inner)];
        encoder = Sequential(down);
        (mean, logVariance) = (Linear(hidden[^1], Latent), Linear(hidden[^1], Latent));
        decoder = Sequential([.. Chain([Latent, .. hidden.Reverse()]), .. outputs]);
    }

    /// <summary>All parameters.</summary>
    public IEnumerable<Parameter> Parameters =>
        new Module[] { encoder, mean, logVariance, decoder }.SelectMany(module => module.parameters());

    /// <summary>μ and log σ² of q(z∣x).</summary>
    public (Tensor Mean, Tensor LogVariance) Encode(Tensor x)
    {
        Tensor last = encoder.forward(x);
        return (mean.forward(last), logVariance.forward(last));
    }

    /// <summary>The logits of p(x∣z).</summary>
    public Tensor Decode(Tensor z) => decoder.forward(z);

    private static IEnumerable<Module<Tensor, Tensor>> Chain(int[] widths)
    {
        foreach ((int inputs, int outputs) in widths.Zip(widths.Skip(1)))
        {
            yield return Linear(inputs, outputs);
            yield return ReLU();
        }
    }
}
