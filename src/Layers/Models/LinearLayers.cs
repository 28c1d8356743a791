namespace VaeGpu.Layers.Models;

/// <summary>Linear layers alone: a multilayer perceptron.</summary>
/// <param name="Encoder">The widths of the encoder's, from the data on.</param>
/// <param name="Decoder">The widths of the decoder's, from the latent on.</param>
public sealed record LinearLayers(ValueList<int> Encoder, ValueList<int> Decoder) : HiddenLayers
{
    /// <inheritdoc/>
    public override ValueList<int> DecoderLinear => Decoder;

    /// <inheritdoc cref="Architecture.Layers"/>
    internal static HiddenLayers Of(ArchitectureSizes sizes) => new LinearLayers(sizes.Hidden, [.. sizes.Hidden.Reverse()]);

    /// <inheritdoc/>
    public override void Check(VaeShape shape)
    {
        foreach (int width in (ReadOnlySpan<int>)[.. Encoder, .. Decoder])
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width, nameof(shape));
    }

    /// <inheritdoc/>
    public override void AddEncoder(NetworkBuilder network, VaeShape shape, Floats labels) =>
        network.Labels(labels, shape.Classes).Linear(Encoder, shape.Activation);

    /// <inheritdoc/>
    public override void AddDecoder(NetworkBuilder network, VaeShape shape, int outputs) =>
        network.Linear(Decoder, shape.Activation).Linear(shape.OutputColumns(outputs), Activation.Identity, gradientInPlace: true);

    /// <inheritdoc/>
    public override long LargestMatrix(VaeShape shape, int outputs, int batch)
    {
        long categories = shape.Categories.Sum(), latent = shape.LatentDimensions;
        long data = (long)shape.Numbers * Math.Max(1, shape.Symbols) + categories, columns = (long)shape.Numbers * outputs + categories;
        return Math.Max(
            LargestLinear([data + shape.Classes, .. Encoder, 2 * latent], batch),
            LargestLinear([latent + shape.Classes, .. Decoder, columns], batch));
    }
}
