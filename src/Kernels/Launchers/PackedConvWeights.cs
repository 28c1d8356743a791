using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary>
/// <see cref="ConvWeights"/>' partial sums on a vector processor. A chunk's are the product unfoldedᵀ·coarse of (pixels, taps·fine
/// channels) and (pixels, coarse channels): the fine images are unfolded while they are packed (<see cref="UnfoldPanels"/>), and
/// <see cref="PanelMatMul"/> multiplies.
/// </summary>
/// <remarks>
/// Where a tap sees the padding, 0 is added where ConvWeights adds nothing. Of finite numbers that gives the same sums, but for the sign of
/// a sum that is zero; <see cref="ColumnSum"/>, which begins with 0, gives the same bits from both.
/// </remarks>
internal sealed class PackedConvWeights
{
    /// <summary>The fewest multiply-adds of a chunk at which packing pays.</summary>
    private const long LargeChunk = 1 << 20;

    private readonly DeviceTuning tuning;
    private readonly Loaded<Floats, Floats, ConvShape, ImageRange> unfold;
    private readonly Loaded<Floats, Floats, PanelShape> pack;
    private readonly Loaded<Floats, Floats, Floats, Floats, Floats, MatMulShape, PanelPart> multiply;
    private readonly int tileRows, panelWidth;

    private PackedConvWeights(
        DeviceTuning tuning, Loaded<Floats, Floats, ConvShape, ImageRange> unfold, Loaded<Floats, Floats, PanelShape> pack,
        Loaded<Floats, Floats, Floats, Floats, Floats, MatMulShape, PanelPart> multiply, int tileRows, int panelWidth) =>
        (this.tuning, this.unfold, this.pack, this.multiply, this.tileRows, this.panelWidth) =
            (tuning, unfold, pack, multiply, tileRows, panelWidth);

    /// <summary>The kernels, with the tile of packed products.</summary>
    public static PackedConvWeights Load(Accelerator accelerator, DeviceTuning tuning)
    {
        return tuning.GroupSize == 16 ? Load<Tile8x3>() : Load<Tile4x3>();

        PackedConvWeights Load<TTile>() where TTile : struct, ITile => new(
            tuning, new(accelerator, UnfoldPanels.Run), new(accelerator, PackPanels.Run<RightPanel<TTile>, DepthSlowest>),
            new(accelerator, PanelMatMul.Multiply<TTile, InPanels, Plain>), TTile.Rows, TTile.Columns * tuning.GroupSize);
    }

    /// <summary>Whether packing pays, and can be done: panels have one tap each.</summary>
    public bool IsFor(ConvShape shape) =>
        shape.Fine.Channels % tuning.GroupSize == 0 && (long)Depth(shape) * shape.Weights >= LargeChunk
        && ScratchLength(shape) <= int.MaxValue;

    /// <summary>The floats of scratch memory that a chunk's packed factors take.</summary>
    public long ScratchLength(ConvShape shape) =>
        LeftLength(shape) + (long)RightShape(shape, Depth(shape)).Panels * panelWidth * Depth(shape);

    /// <summary>Computes the partial sums of all chunks.</summary>
    public void Run(Floats fine, Floats coarse, Floats partial, ConvShape shape, Floats scratch)
    {
        Floats left = scratch.SubView(0, LeftLength(shape)), right = scratch.SubView(left.Length);
        int chunk = ConvWeights.ChunkImages(shape), tiles = Launch.Groups(Lines(shape), tileRows);
        var images = new ImageRange();
        for (; images.First < shape.Images; images.First += chunk)
        {
            images.Count = Math.Min(chunk, shape.Images - images.First);
            int depth = images.Count * shape.Coarse.Pixels;
            unfold.Launch(Launch.Config(UnfoldPanels.GridFor(shape, images.Count), tuning.GroupSize), fine, left, shape, images);
            PanelShape rightShape = RightShape(shape, depth);
            pack.Launch(
                Launch.Config(PackPanels.GridFor<DepthSlowest>(rightShape), tuning.GroupSize),
                coarse.SubView((long)images.First * shape.Coarse.Length), right, rightShape);
            Floats sums = partial.SubView((long)(images.First / chunk) * shape.Weights, shape.Weights);
            var product = new MatMulShape { Rows = Lines(shape), Columns = shape.Coarse.Channels, Depth = depth };
            int tilesAtOnce = PanelProduct.TilesAtOnce(tiles, tileRows, depth);
            multiply.Launch(
                Launch.Config(new Index3D(tilesAtOnce, rightShape.Panels, Launch.Groups(tiles, tilesAtOnce)), tuning.GroupSize), left,
                right, sums, right, right, product, default);
        }
    }

    /// <summary>Rows of the product.</summary>
    private static int Lines(ConvShape shape) => shape.Taps * shape.Fine.Channels;

    /// <summary>The length of a chunk's sums.</summary>
    private static int Depth(ConvShape shape) => Math.Min(ConvWeights.ChunkImages(shape), shape.Images) * shape.Coarse.Pixels;

    private static long LeftLength(ConvShape shape) => (long)Lines(shape) * Depth(shape) + 15 & -16;

    private PanelShape RightShape(ConvShape shape, int depth) => PanelShape.Of(shape.Coarse.Channels, depth, panelWidth);
}
