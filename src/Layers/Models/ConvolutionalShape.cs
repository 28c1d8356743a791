using VaeGpu.Kernels.Convolutions;

namespace VaeGpu.Layers.Models;

/// <summary>
/// The image of <see cref="ConvolutionalLayers"/>, and what its convolutions have in common. Data are images in planes, (colors, height,
/// width).
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

    // A division rounds towards zero: what is smaller than the kernel must not become one pixel.
    private int Shrunk(int extent) => extent + 2 * Padding < Kernel ? 0 : ConvShape.CoarseExtent(extent, Kernel, Stride, Padding);
}
