using VaeGpu.Kernels.Activations;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Exchange;

/// <summary>
/// The VAE of PyTorch's examples (github.com/pytorch/examples, vae/main.py), by which many are written: D pixels → fc1, ReLU → μ by fc21
/// and log σ² by fc22 → fc3, ReLU → fc4, the logits of Bernoulli distributions.
/// </summary>
internal static class PytorchExample
{
    private static readonly string[] Names =
        [.. ((string[])["fc1", "fc21", "fc22", "fc3", "fc4"]).SelectMany(layer => (string[])[$"{layer}.weight", $"{layer}.bias"])];

    /// <summary>Whether these are its tensors.</summary>
    public static bool Is(StoredTensor[] tensors) =>
        Names.ToHashSet(StringComparer.Ordinal).SetEquals(tensors.Select(tensor => tensor.Name));

    /// <summary>The tensors by the names of the model here, whose encoder ends in one layer for μ and log σ².</summary>
    public static StoredTensor[] Renamed(StoredTensor[] tensors)
    {
        var named = tensors.ToDictionary(tensor => tensor.Name);
        return
        [
            .. Layer("fc1", "encoder.0"), .. Layer("fc3", "decoder.0"), .. Layer("fc4", "decoder.1"),
            Joined("encoder.1.weight", named["fc21.weight"], named["fc22.weight"]),
            Joined("encoder.1.bias", named["fc21.bias"], named["fc22.bias"]),
        ];

        IEnumerable<StoredTensor> Layer(string name, string to) =>
            ((string[])["weight", "bias"]).Select(kind => named[$"{name}.{kind}"] with { Name = $"{to}.{kind}" });
    }

    /// <summary>The configuration that the shapes follow from; null where there is none: the pictures are taken to be square.</summary>
    public static RunConfiguration? Configuration(StoredTensor[] tensors, Accelerator accelerator)
    {
        int[] Shape(string name) => tensors.First(tensor => tensor.Name == name).Shape;
        if (Shape("fc1.weight") is not [var hidden, var pixels] || Shape("fc21.weight") is not [var latent, _])
            return null;
        var side = (int)Math.Round(Math.Sqrt(pixels));
        return (long)side * side != pixels ? null : new()
        {
            Model = new() { Width = side, Height = side, Hidden = [hidden], Latent = latent, Activation = Activation.Relu },
            Training = new(),
            Data = new() { Folder = null, Name = "unknown", Train = 1, Test = 0 },
            Device = DeviceConfiguration.Of("", accelerator),
        };
    }

    /// <summary>Two tensors one behind the other, along the first axis.</summary>
    private static StoredTensor Joined(string name, StoredTensor first, StoredTensor second) => first.Shape.Length > 0
        && second.Shape.Length == first.Shape.Length && first.Shape[1..].SequenceEqual(second.Shape[1..])
        ? first with
        {
            Name = name,
            Shape = [first.Shape[0] + second.Shape[0], .. first.Shape[1..]],
            Read = () => [.. first.Read(), .. second.Read()],
        }
        : first with { Name = name };
}
