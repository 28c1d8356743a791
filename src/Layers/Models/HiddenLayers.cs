namespace VaeGpu.Layers.Models;

/// <summary>
/// The layers of an encoder and of a decoder between data and latent. An encoder's are followed by a linear layer that gives [μ | logσ²];
/// a decoder's end with the likelihood's outputs.
/// </summary>
public abstract record HiddenLayers
{
    /// <summary>Whether an image has a pixel left behind every layer.</summary>
    public virtual bool Fits => true;

    /// <summary>The widths of the decoder's linear layers, from the latent on; a prior network is as wide as the first.</summary>
    public abstract ValueList<int> DecoderLinear { get; }

    /// <summary>Checks the sizes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or an image has no pixel left behind a layer.</exception>
    /// <exception cref="ArgumentException">The layers are for other data.</exception>
    public abstract void Check(VaeShape shape);

    /// <summary>
    /// Adds the encoder's layers; labels, (batch, classes), are set beside the input of its first linear layer, that is, behind its
    /// convolutions.
    /// </summary>
    public abstract void AddEncoder(NetworkBuilder network, VaeShape shape, Floats labels);

    /// <summary>
    /// Adds the decoder's layers, the last of which gives so many outputs for each number, (outputs, N), and a logit for each category,
    /// without activation; their gradient takes their place.
    /// </summary>
    public abstract void AddDecoder(NetworkBuilder network, VaeShape shape, int outputs);

    /// <summary>Elements of the largest matrix of weights, batch or partial sums: kernels number elements by <see cref="int"/>.</summary>
    /// <param name="shape">The model.</param>
    /// <param name="outputs">The decoder's outputs for each number of an example.</param>
    /// <param name="batch">The rows of a batch, draws counted.</param>
    public abstract long LargestMatrix(VaeShape shape, int outputs, int batch);

    /// <summary>The elements of the largest matrix of linear layers between these widths, in either direction.</summary>
    protected static long LargestLinear(IReadOnlyList<long> widths, int batch) =>
        Math.Max(widths.Zip(widths.Skip(1)).Max(pair => pair.First * pair.Second), batch * widths.Max());
}
