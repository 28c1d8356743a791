using VaeGpu.Layers;

namespace VaeGpu.Training.Exchange;

/// <summary>A model as PyTorch would hold it: its networks, and its parameters by the names of a state dict.</summary>
internal sealed class TorchModel
{
    private readonly TorchTensor? variance;

    /// <exception cref="RunException">A layer has no counterpart.</exception>
    public TorchModel(Vae vae)
    {
        Shape = vae.Shape;
        Length = vae.Parameters.Layout.Length;
        Encoder = TorchNetwork.Of(vae.Encoder);
        Decoder = TorchNetwork.Of(vae.Decoder.Network);
        Prior = vae.Prior.Network is { } prior ? TorchNetwork.Of(prior) : [];
        variance = vae.Decoder.Variance is { } slice ? new(slice, [1]) : null;
        Tensors = [.. Encoder.Concat(Decoder).Concat(Prior).SelectMany(layer => (TorchTensor?[])[layer.Weight, layer.Bias])
            .Append(variance).OfType<TorchTensor>().OrderBy(tensor => tensor.Slice.Index)];
        if (vae.Parameters.Layout.Slices.Except(Tensors.Select(tensor => tensor.Slice)).FirstOrDefault() is { } other)
            throw new RunException($"The parameter \"{other.Name}\" has no counterpart in PyTorch: its layer is of a program's own.");
    }

    /// <summary>Sizes and distributions.</summary>
    public VaeShape Shape { get; }

    /// <summary>Elements of the model's parameters, padding included.</summary>
    public int Length { get; }

    /// <summary>From data to [μ | log σ²].</summary>
    public TorchLayer[] Encoder { get; }

    /// <summary>From the latent vector to the outputs of p(x∣z).</summary>
    public TorchLayer[] Decoder { get; }

    /// <summary>From one-hot labels to the parameters of p(z∣y); empty where there are none.</summary>
    public TorchLayer[] Prior { get; }

    /// <summary>All tensors, in the model's order.</summary>
    public TorchTensor[] Tensors { get; }

    /// <summary>log σ² − log σ₀² of a Gaussian of one variance, among the parameters; 0 where there is none.</summary>
    public float LogVarianceShift(float[] parameters) => variance is null ? 0 : parameters[variance.Slice.Offset];
}
