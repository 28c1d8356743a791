using VaeGpu.Kernels;
using VaeGpu.Kernels.Convolutions;

namespace VaeGpu.Layers.Models;

/// <summary>
/// The image and the convolutions of a convolutional encoder and decoder; their channels are the model's widths. Data are images in
/// planes, (colors, height, width).
/// </summary>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Columns of pixels.</param>
/// <param name="Colors">Planes of an image.</param>
public sealed record ConvolutionalShape(int Height, int Width, int Colors = 1)
{
    /// <summary>Taps in each direction.</summary>
    public int Kernel { get; init; } = 4;
    /// <summary>Pixels of a layer's input from one pixel of its output to the next.</summary>
    public int Stride { get; init; } = 2;
    /// <summary>Rows and columns of zeros around the image.</summary>
    public int Padding { get; init; } = 1;
    /// <summary>Widths of linear layers between the encoder's convolutions and the latent; the decoder has them in reverse.</summary>
    public ValueList<int> Dense { get; init; } = [];

    /// <summary>The convolution of a level: from the image, shrunk so many times, to the next.</summary>
    public ConvShape Level(int level, int fineChannels, int coarseChannels)
    {
        int height = Height, width = Width;
        for (int i = 0; i < level; i++)
            (height, width) = (Shrunk(height), Shrunk(width));
        return new()
        {
            Fine = new() { Height = height, Width = width, Channels = fineChannels },
            Coarse = new() { Height = Shrunk(height), Width = Shrunk(width), Channels = coarseChannels },
            Kernel = Kernel,
            Stride = Stride,
            Padding = Padding,
        };
    }

    /// <summary>Whether the image has a pixel left after so many convolutions.</summary>
    public bool HasRoomFor(int levels) => levels == 0 || Level(levels - 1, 1, 1).Coarse is { Height: > 0, Width: > 0 };

    /// <summary>Checks the sizes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or an image has no pixel left after so many
    /// layers.</exception>
    /// <exception cref="ArgumentException">The image has another size than the data.</exception>
    internal void Check(VaeShape shape)
    {
        foreach (int size in (ReadOnlySpan<int>)[Height, Width, Colors, Kernel, Stride, .. Dense, .. shape.EncoderWidths,
            .. shape.DecoderWidths])
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfNegative(Padding, nameof(shape));
        if (shape.DataDimensions != checked(Height * Width * Colors))
            throw new ArgumentException($"Images of {Height}×{Width}×{Colors} do not have {shape.DataDimensions} numbers.", nameof(shape));
        int levels = Math.Max(shape.EncoderWidths.Count, shape.DecoderWidths.Count);
        if (!HasRoomFor(levels))
        {
            throw new ArgumentOutOfRangeException(nameof(shape), levels,
                $"An image of {Height}×{Width} is too small for {levels} convolutions. Use fewer layers, or a smaller stride.");
        }
    }

    // A division rounds towards zero: what is smaller than the kernel must not become one pixel.
    private int Shrunk(int extent) => extent + 2 * Padding < Kernel ? 0 : ConvShape.CoarseExtent(extent, Kernel, Stride, Padding);
}
