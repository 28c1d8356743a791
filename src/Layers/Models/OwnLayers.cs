namespace VaeGpu.Layers.Models;

/// <summary>Layers that a program of one's own adds to the encoder, the decoder or both, in place of another architecture's.</summary>
/// <param name="Encoder">Adds the encoder's hidden layers; null for those of <paramref name="Otherwise"/>.</param>
/// <param name="Decoder">Adds the decoder's hidden layers; null for those of <paramref name="Otherwise"/>.</param>
/// <param name="Otherwise">The architecture of what is not one's own.</param>
public sealed record OwnLayers(Action<NetworkBuilder>? Encoder, Action<NetworkBuilder>? Decoder, HiddenLayers Otherwise) : HiddenLayers
{
    /// <inheritdoc/>
    public override bool Fits => Otherwise.Fits;

    /// <inheritdoc/>
    public override ValueList<int> DecoderLinear => Otherwise.DecoderLinear;

    /// <inheritdoc/>
    public override void Check(VaeShape shape) => Otherwise.Check(shape);

    /// <inheritdoc/>
    public override void AddEncoder(NetworkBuilder network, VaeShape shape, Floats labels)
    {
        if (Encoder is null)
            Otherwise.AddEncoder(network, shape, labels);
        else
            Encoder(network.Labels(labels, shape.Classes));
    }

    /// <inheritdoc/>
    public override void AddDecoder(NetworkBuilder network, VaeShape shape, int outputs)
    {
        if (Decoder is null)
        {
            Otherwise.AddDecoder(network, shape, outputs);
            return;
        }
        Decoder(network);
        network.Linear(shape.OutputColumns(outputs), Activation.Identity, gradientInPlace: true);
    }

    /// <inheritdoc/>
    public override long LargestMatrix(VaeShape shape, int outputs, int batch) => Otherwise.LargestMatrix(shape, outputs, batch);
}
