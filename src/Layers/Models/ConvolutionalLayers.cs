namespace VaeGpu.Layers.Models;

/// <summary>Convolutions at the data, and linear layers between them and the latent. Images are planes, (colors, height, width).</summary>
/// <param name="Image">The image, its convolutions and the linear layers.</param>
/// <param name="Encoder">Channels of the encoder's convolutions, from the data on.</param>
/// <param name="Decoder">Channels that the decoder's transposed convolutions read, from the latent on.</param>
public sealed record ConvolutionalLayers(ConvolutionalShape Image, ValueList<int> Encoder, ValueList<int> Decoder) : HiddenLayers
{
    /// <inheritdoc/>
    public override bool Fits => Image.HasRoomFor(Math.Max(Encoder.Count, Decoder.Count));

    /// <inheritdoc/>
    public override ValueList<int> DecoderLinear => [.. Image.Dense.Reverse()];

    /// <inheritdoc cref="Architecture.Layers"/>
    internal static HiddenLayers Of(ArchitectureSizes sizes) => new ConvolutionalLayers(
        new(sizes.Height, sizes.Width, sizes.Colors) { Dense = sizes.Hidden }, sizes.Channels, [.. sizes.Channels.Reverse()]);

    /// <inheritdoc/>
    public override void Check(VaeShape shape)
    {
        var (height, width, colors) = Image;
        foreach (int size in (ReadOnlySpan<int>)[height, width, colors, Image.Kernel, Image.Stride, .. Image.Dense, .. Encoder, .. Decoder])
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfNegative(Image.Padding, nameof(shape));
        if (shape.Symbols > 0 || shape.Categories.Count > 0)
            throw new ArgumentException("A convolutional model takes pixels, not symbols or categories.", nameof(shape));
        if (shape.DataDimensions != checked(height * width * colors))
            throw new ArgumentException($"Images of {height}×{width}×{colors} do not have {shape.DataDimensions} numbers.", nameof(shape));
        if (!Fits)
        {
            int levels = Math.Max(Encoder.Count, Decoder.Count);
            throw new ArgumentOutOfRangeException(nameof(shape), levels,
                $"An image of {height}×{width} is too small for {levels} convolutions. Use fewer layers, or a smaller stride.");
        }
    }

    /// <inheritdoc/>
    public override void AddEncoder(NetworkBuilder network, VaeShape shape, Floats labels)
    {
        int channels = Image.Colors;
        if (channels > 1)
            network.Planes(channels, Image.Height * Image.Width);
        for (int i = 0; i < Encoder.Count; i++)
        {
            network.Conv(Image.Level(i, channels, Encoder[i]), shape.Activation);
            channels = Encoder[i];
        }
        network.Labels(labels, shape.Classes).Linear(Image.Dense, shape.Activation);
    }

    /// <inheritdoc/>
    public override void AddDecoder(NetworkBuilder network, VaeShape shape, int outputs)
    {
        network.Linear(DecoderLinear, shape.Activation);
        int levels = Decoder.Count, planes = outputs * Image.Colors;
        if (levels == 0)
        {
            network.Linear(outputs * shape.DataDimensions, Activation.Identity, gradientInPlace: true);
            return;
        }
        network.Linear(Image.Level(levels - 1, 1, Decoder[0]).Coarse.Length, shape.Activation);
        for (int i = 0; i < levels; i++)
        {
            bool last = i == levels - 1;
            network.ConvTranspose(
                Image.Level(levels - 1 - i, last ? planes : Decoder[i + 1], Decoder[i]),
                last ? Activation.Identity : shape.Activation, gradientInPlace: last && planes == 1);
        }
        if (planes > 1)
            network.Planes(Image.Height * Image.Width, planes);
    }

    /// <inheritdoc/>
    public override long LargestMatrix(VaeShape shape, int outputs, int batch) => Math.Max(
        Largest(shape, Encoder, Image.Colors, 2 * shape.LatentDimensions, batch),
        Largest(shape, [.. Decoder.Reverse()], Image.Colors * outputs, shape.LatentDimensions, batch));

    /// <summary>
    /// From the image to the latent, or as seen from the image: a decoder's channels come in reverse. Unfolded images have
    /// Kernel² numbers for each that a coarse pixel sees; partial sums of the weights' gradient are fewer than images and weights together.
    /// </summary>
    private long Largest(VaeShape shape, IReadOnlyList<int> channels, int colors, int latent, int batch)
    {
        long largest = 0, taps = Image.Kernel * Image.Kernel, inner = (long)Image.Height * Image.Width * colors;
        for (int i = 0; i < channels.Count; i++)
        {
            var level = Image.Level(i, 1, 1);
            long finePixels = level.Fine.Pixels, coarsePixels = level.Coarse.Pixels;
            long weights = taps * colors * channels[i];
            long unfolded = ConvParameters.UnfoldsAt(colors) ? coarsePixels * taps * colors : 0;
            long widest = Math.Max(unfolded, Math.Max(finePixels * colors, coarsePixels * channels[i]));
            largest = Math.Max(largest, Math.Max(4 * weights, batch * widest + weights));
            (colors, inner) = (channels[i], coarsePixels * channels[i]);
        }
        return Math.Max(largest, LargestLinear([inner + shape.Classes, .. Image.Dense, latent + (long)shape.Classes], batch));
    }
}
