using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Convolutions;

/// <summary>The sizes of an image; its elements lie row by row, pixel by pixel, the channels of a pixel side by side.</summary>
public struct ImageShape
{
    /// <summary>Rows of pixels.</summary>
    public int Height;
    /// <summary>Columns of pixels.</summary>
    public int Width;
    /// <summary>Numbers of each pixel.</summary>
    public int Channels;

    /// <summary>Pixels of an image.</summary>
    public readonly int Pixels => Height * Width;
    /// <summary>Elements of an image.</summary>
    public readonly int Length => Height * Width * Channels;
}

/// <summary>
/// A strided convolution between a fine image and a coarse one. Coarse pixel o sees the fine pixels o·Stride − Padding + t for the
/// taps t = 0 … Kernel − 1, in each direction.
/// </summary>
public struct ConvShape
{
    public int Images;
    /// <summary>The larger image: a convolution's input, a transposed convolution's output.</summary>
    public ImageShape Fine;
    /// <summary>The smaller image: a convolution's output, a transposed convolution's input.</summary>
    public ImageShape Coarse;
    /// <summary>Taps in each direction.</summary>
    public int Kernel;
    /// <summary>Fine pixels from one coarse pixel to the next.</summary>
    public int Stride;
    /// <summary>Rows and columns of zeros around the fine image.</summary>
    public int Padding;

    /// <summary>Taps in all.</summary>
    public readonly int Taps => Kernel * Kernel;
    /// <summary>Elements of the weights, (Kernel, Kernel, fine channels, coarse channels).</summary>
    public readonly int Weights => Kernel * Kernel * Fine.Channels * Coarse.Channels;

    /// <summary>The coarse extent of a fine one: as many pixels as find room.</summary>
    public static int CoarseExtent(int fine, int kernel, int stride, int padding) => (fine + 2 * padding - kernel) / stride + 1;
}

/// <summary>Reads of channels that lie side by side, <see cref="ITile.Width"/> at once.</summary>
internal static class Channels
{
    /// <summary>The reads that so many channels take.</summary>
    public static int Reads<TTile>(int channels) where TTile : struct, ITile => TTile.Width == 4 ? channels >> 2 : channels;

    /// <summary>The numbers of one read, put at a place of <paramref name="numbers"/>.</summary>
    public static void Read<TTile>(ArrayView<float> image, int read, ArrayView<float> numbers, int at) where TTile : struct, ITile
    {
        if (TTile.Width == 4)
        {
            Float4 four = image.Cast<Float4>()[read];
            numbers[at] = four.X;
            numbers[at + 1] = four.Y;
            numbers[at + 2] = four.Z;
            numbers[at + 3] = four.W;
        }
        else
        {
            numbers[at] = image[read];
        }
    }
}

/// <summary>The taps of one direction that fall inside the source image, for one target pixel: an arithmetic progression.</summary>
public struct TapRange
{
    public int Count;
    /// <summary>The first tap, and the distance to the next.</summary>
    public int First, Step;
    /// <summary>The source pixel that the first tap sees, and the distance to the next tap's.</summary>
    public int Source, SourceStep;
}

/// <summary>Which way a <see cref="Convolution"/> goes.</summary>
public interface IConvDirection
{
    static abstract ImageShape Source(ConvShape shape);
    static abstract ImageShape Target(ConvShape shape);
    /// <summary>The taps of a target pixel, in one direction.</summary>
    static abstract TapRange Taps(int target, int sourceExtent, ConvShape shape);
    /// <summary>The groups that cover a target image's pixels.</summary>
    static abstract int Groups(ConvShape shape);
    /// <summary>The target pixel of a group; the number of pixels where it has none.</summary>
    static abstract int Pixel(int group, ConvShape shape);
}

/// <summary>From the fine to the coarse image; the weights are as stored, (taps, fine channels, coarse channels).</summary>
public struct ToCoarse : IConvDirection
{
    public static ImageShape Source(ConvShape shape) => shape.Fine;
    public static ImageShape Target(ConvShape shape) => shape.Coarse;
    public static int Pixel(int group, ConvShape shape) => group;
    public static int Groups(ConvShape shape) => shape.Coarse.Pixels;

    /// <summary>Every tap t with 0 ≤ target·Stride − Padding + t below the extent.</summary>
    public static TapRange Taps(int target, int sourceExtent, ConvShape shape)
    {
        int start = target * shape.Stride - shape.Padding;
        int first = Math.Max(0, -start);
        return new TapRange
        {
            Count = Math.Min(shape.Kernel, sourceExtent - start) - first,
            First = first,
            Step = 1,
            Source = start + first,
            SourceStep = 1,
        };
    }
}

/// <summary>From the coarse to the fine image; the weights of each tap are transposed, (taps, coarse channels, fine channels).</summary>
public struct ToFine : IConvDirection
{
    public static ImageShape Source(ConvShape shape) => shape.Coarse;
    public static ImageShape Target(ConvShape shape) => shape.Fine;

    /// <summary>Pixels that are a multiple of Stride apart follow each other, since they see through the same taps.</summary>
    public static int Pixel(int group, ConvShape shape)
    {
        int height = Launch.Groups(shape.Fine.Height, shape.Stride), width = Launch.Groups(shape.Fine.Width, shape.Stride);
        int row = group / width, phase = row / height;
        int y = (row - phase * height) * shape.Stride + phase / shape.Stride;
        int x = (group - row * width) * shape.Stride + phase % shape.Stride;
        return (y < shape.Fine.Height) & (x < shape.Fine.Width) ? y * shape.Fine.Width + x : shape.Fine.Pixels;
    }

    public static int Groups(ConvShape shape) =>
        Launch.Groups(shape.Fine.Height, shape.Stride) * Launch.Groups(shape.Fine.Width, shape.Stride) * (shape.Stride * shape.Stride);

    /// <summary>
    /// Every Stride-th tap t, for which target + Padding − t is a multiple of Stride; the source pixel is that multiple, and falls
    /// while t grows. With target + Padding = m·Stride + r the taps are r, r + Stride, … and see m, m − 1, … .
    /// </summary>
    public static TapRange Taps(int target, int sourceExtent, ConvShape shape)
    {
        int place = target + shape.Padding;
        int nearest = place / shape.Stride;
        int rest = place - nearest * shape.Stride;
        int skipped = Math.Max(0, nearest - (sourceExtent - 1));
        int existing = (shape.Kernel - rest + shape.Stride - 1) / shape.Stride;
        return new TapRange
        {
            Count = Math.Min(existing, nearest + 1) - skipped,
            First = rest + skipped * shape.Stride,
            Step = shape.Stride,
            Source = nearest - skipped,
            SourceStep = -1,
        };
    }
}
