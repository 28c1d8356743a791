using VaeGpu.Kernels.Convolutions;

namespace VaeGpu.Kernels.Ladders.Convolution;

/// <summary>
/// The ladder of convolutions: left are the images (images, 14, 14, channels), right the weights (4, 4, channels, columns), output
/// (images, 7, 7, columns): four taps in each direction, stride 2, one pixel of padding, as in the layers. Sizes are (images, columns,
/// channels).
/// </summary>
internal sealed class ConvolutionLadder() : Ladder(nameof(Convolution))
{
    private const string InOrder = "taps in order, channels in order";
    private const int Side = 14, Kernel = 4, Stride = 2, Padding = 1, Channels = 32, Columns = 64;

    public override string Task => "y = x ∗ w";

    public override IReadOnlyList<Rung> Rungs { get; } =
    [
        new("a thread for each result, neighbors on neighboring pixels", typeof(Convolution1Naive), Convolution1Naive.Load)
        {
            Order = InOrder,
        },
        new("neighbors on neighboring channels of the result", typeof(Convolution2Coalesced), Convolution2Coalesced.Load)
        {
            After = typeof(Convolution1Naive), Order = InOrder,
        },
        new("the pixels that a group sees in shared memory", typeof(Convolution3SharedPixels), Convolution3SharedPixels.Load)
        {
            After = typeof(Convolution2Coalesced), Order = InOrder,
        },
        new("several images for each thread, sums in registers", typeof(Convolution4ManyImages), Convolution4ManyImages.Load)
        {
            After = typeof(Convolution2Coalesced), Order = InOrder,
        },
        new("unfolded into a matrix, then a matrix product", typeof(Convolution5Unfolded), Convolution5Unfolded.Load)
        {
            After = typeof(Convolution4ManyImages), Order = InOrder,
        },
        new("implicit matrix product: the layers' kernel", typeof(Convolution6Implicit), Convolution6Implicit.Load)
        {
            After = typeof(Convolution5Unfolded), Order = InOrder,
        },
    ];

    public override LadderSizes SizesOf(int size) => new(size, Math.Min(size, Columns), Math.Min(size, Channels));

    public override int DefaultSize(LadderScale scale) => scale switch
    {
        LadderScale.Gpu => 1024,
        LadderScale.Processor => 64,
        _ => 4,
    };

    public override string InWords(LadderSizes sizes) => FormattableString.Invariant(
        $"{sizes.Rows} images of {Side}×{Side}×{sizes.Depth}, {Kernel}×{Kernel} taps, stride {Stride}, {sizes.Columns} channels");

    public override (int Left, int Right, int Output) Lengths(LadderSizes sizes)
    {
        ConvShape shape = ShapeOf(sizes);
        return (shape.Images * shape.Fine.Length, shape.Weights, shape.Images * shape.Coarse.Length);
    }

    /// <summary>Without the taps that see the padding.</summary>
    public override double Flops(LadderSizes sizes)
    {
        ConvShape shape = ShapeOf(sizes);
        double taps = Enumerable.Range(0, shape.Coarse.Height).Sum(pixel => ToCoarse.Taps(pixel, Side, shape).Count);
        return 2 * taps * taps * shape.Images * shape.Fine.Channels * shape.Coarse.Channels;
    }

    /// <summary>The sizes as the kernels take them.</summary>
    internal static ConvShape ShapeOf(LadderSizes sizes)
    {
        int coarse = ConvShape.CoarseExtent(Side, Kernel, Stride, Padding);
        return new()
        {
            Images = sizes.Rows, Kernel = Kernel, Stride = Stride, Padding = Padding,
            Fine = new() { Height = Side, Width = Side, Channels = sizes.Depth },
            Coarse = new() { Height = coarse, Width = coarse, Channels = sizes.Columns },
        };
    }
}
