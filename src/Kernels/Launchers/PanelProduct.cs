using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary>
/// A large product on a vector processor: the right factor is packed (<see cref="PackPanels"/>) block by block, each multiplied
/// (<see cref="PanelMatMul"/>) while the caches hold it. The left factor is read where it lies; where it would be read along its
/// columns, it is packed as well. Otherwise a tile would touch a cache line, and often a page, for each depth, and use part of the line.
/// </summary>
public sealed class PanelProduct : IPackedProduct
{
    /// <summary>The fewest rows, or least depth of a weight gradient, at which packing pays: how often a packed number is read.</summary>
    private const int FewestUses = 32;
    /// <summary>The numbers of a factor from which on packing pays where both are read along their columns.</summary>
    private const int TransposedFrom = 1 << 16;
    /// <summary>The fewest columns at which it pays to skip zeros of the left factor.</summary>
    private const int FewestColumns = 192;
    /// <summary>Multiply-adds from which on packing pays however small the factors are.</summary>
    private const long LargeProduct = 1L << 26;
    /// <summary>Numbers of the left factor that pass by at a time: 512 KB, which the second cache holds; and the fewest tiles.</summary>
    private const int LeftBlock = 1 << 17, FewestTiles = 4;
    /// <summary>The fewest panels of a block for each processor.</summary>
    private const int FewestPanels = 2;
    /// <summary>The depth that is multiplied at a time where both factors are read along their columns.</summary>
    private const int DepthBlock = 512;
    /// <summary>
    /// The depth that is multiplied at a time otherwise: a panel of it fits the second cache, and a tile's sums, which are stored and
    /// loaded again for each part, are a hundredth of what it reads.
    /// </summary>
    private const int LongDepthBlock = 2048;

    private readonly DeviceTuning tuning;
    private readonly bool leftIsTransposed, rightIsTransposed;
    private readonly Loaded<Floats, Floats, PanelShape> packLeft;
    private readonly IPanelKernels kernels;
    private readonly int tileRows, rightWidth;

    private PanelProduct(
        DeviceTuning tuning, bool leftIsTransposed, bool rightIsTransposed, Loaded<Floats, Floats, PanelShape> packLeft,
        IPanelKernels kernels, int tileRows, int rightWidth)
    {
        (this.tuning, this.leftIsTransposed, this.rightIsTransposed) = (tuning, leftIsTransposed, rightIsTransposed);
        (this.packLeft, this.kernels, this.tileRows, this.rightWidth) = (packLeft, kernels, tileRows, rightWidth);
    }

    /// <summary>The product of any operands and epilogue in the device's tile: fewer rows where registers are few.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="tuning">Its tuning.</param>
    /// <param name="skipsZeros">Whether the left factor is expected to have many zeros; <see cref="SparsePanelMatMul"/>.</param>
    public static PanelProduct Load<TLeft, TRight, TEpilogue>(Accelerator accelerator, DeviceTuning tuning, bool skipsZeros = false)
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue => tuning.GroupSize == 16
            ? Load<Tile8x3, TLeft, TRight, TEpilogue>(accelerator, tuning, skipsZeros)
            : Load<Tile4x3, TLeft, TRight, TEpilogue>(accelerator, tuning, skipsZeros);

    private static PanelProduct Load<TTile, TLeft, TRight, TEpilogue>(Accelerator accelerator, DeviceTuning tuning, bool skipsZeros)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue => new(
            tuning, !TLeft.DepthIsFastest, TRight.DepthIsFastest, new(accelerator, PackPanels.Run<LeftPanel, TLeft>),
            skipsZeros ? new SparsePanelKernels<TTile, TRight, TEpilogue>(accelerator, tuning.GroupSize)
                : TLeft.DepthIsFastest ? new DensePanelKernels<TTile, TLeft, TRight, TEpilogue>(accelerator, tuning.GroupSize)
                : new DensePanelKernels<TTile, InPanels, TRight, TEpilogue>(accelerator, tuning.GroupSize),
            TTile.Rows, TTile.Columns * tuning.GroupSize);

    /// <summary>
    /// Whether packing pays: a right factor whose depth lies side by side must be transposed in any case; others where their columns span
    /// so much memory that they are read from far away, page after page, or where they are read often enough.
    /// </summary>
    public bool IsFor(MatMulShape shape) => (kernels.SkipZeros ? SkippingPays(shape) : PackingPays(shape))
        && ScratchLength(shape) <= int.MaxValue;

    /// <inheritdoc/>
    public long ScratchLength(MatMulShape shape) => LeftLength(shape) + RightLength(shape) + SparsityLength(shape);

    /// <inheritdoc/>
    public void Run(Floats left, Floats right, Floats output, Floats bias, Floats saved, MatMulShape shape, Floats scratch)
    {
        int most = MostDepth(shape);
        for (int first = 0; first < shape.Depth; first += most)
        {
            MatMulShape part = shape with { Depth = Math.Min(most, shape.Depth - first) };
            RunPart(
                left.SubView((long)first * (leftIsTransposed ? shape.Rows : 1)),
                right.SubView((long)first * (rightIsTransposed ? 1 : shape.Columns)), output, bias, saved, part, scratch,
                new() { Accumulates = first > 0 ? 1 : 0, WholeDepth = shape.Depth }, isLast: first + part.Depth == shape.Depth);
        }
    }

    /// <summary>
    /// The tiles whose rows pass by a panel at a time, so that the second cache holds them: the same number in each pass, so that the
    /// processors have equal shares of the work.
    /// </summary>
    internal static int TilesAtOnce(int tiles, int tileRows, int depth)
    {
        int passes = Launch.Groups(tiles, Math.Max(FewestTiles, LeftBlock / (tileRows * depth)));
        return Launch.Groups(tiles, passes);
    }

    private void RunPart(
        Floats left, Floats right, Floats output, Floats bias, Floats saved, MatMulShape shape, Floats scratch, PanelPart part,
        bool isLast)
    {
        Floats packedLeft = scratch.SubView(0, LeftLength(shape)), packedRight = scratch.SubView(packedLeft.Length, RightLength(shape));
        long packedLength = packedLeft.Length + packedRight.Length;
        Floats sparsity = kernels.SkipZeros ? scratch.SubView(packedLength, SparsityLength(shape)) : default;
        if (PacksLeft)
        {
            PackLeft(left, packedLeft, sparsity, shape, LeftShape(shape) with { WholeDepth = part.WholeDepth });
            left = packedLeft;
        }
        PanelShape rightShape = PanelShape.Of(shape.Columns, shape.Depth, rightWidth) with { WholeDepth = part.WholeDepth };
        int all = rightShape.Panels, block = BlockPanels(shape), tiles = Launch.Groups(shape.Rows, tileRows);
        int tilesAtOnce = TilesAtOnce(tiles, tileRows, shape.Depth);
        int passes = Launch.Groups(tiles, tilesAtOnce);
        for (int first = 0; first < all; first += block)
        {
            (rightShape.FirstPanel, rightShape.Panels) = (first, Math.Min(block, all - first));
            kernels.PackRight(Grid(rightShape, !rightIsTransposed), right, packedRight, sparsity, shape, rightShape);
            part.FirstPanel = first;
            kernels.Multiply(
                new(tilesAtOnce, rightShape.Panels, passes), left, packedRight, output, bias, saved, sparsity, shape, part, isLast);
        }
    }

    /// <summary>Packs the left factor; where its zeros are listed, some panels at a time, while the caches hold them.</summary>
    private void PackLeft(Floats left, Floats packed, Floats sparsity, MatMulShape shape, PanelShape panels)
    {
        int panel = tuning.GroupSize * shape.Depth, all = panels.Panels;
        int atOnce = kernels.SkipZeros ? tuning.Processors * Math.Max(1, LeftBlock / panel) : all;
        for (int first = 0; first < all; first += atOnce)
        {
            (panels.FirstPanel, panels.Panels) = (first, Math.Min(atOnce, all - first));
            Floats part = packed.SubView((long)first * panel, (long)panels.Panels * panel);
            packLeft.Launch(Launch.Config(Grid(panels, leftIsTransposed), tuning.GroupSize), left, part, panels);
            kernels.ListDepths(part, sparsity, shape, panels);
        }
    }

    private static Index3D Grid(PanelShape shape, bool depthIsSlowest) =>
        depthIsSlowest ? PackPanels.GridFor<DepthSlowest>(shape) : PackPanels.GridFor<DepthFastest>(shape);

    private bool PacksLeft => kernels.SkipZeros || leftIsTransposed;

    private bool PackingPays(MatMulShape shape) =>
        rightIsTransposed || IsUsedOften(shape) && (IsStrided(shape) || IsLarge(shape));

    private bool SkippingPays(MatMulShape shape) => IsUsedOften(shape) && shape.Columns >= FewestColumns;

    private bool IsUsedOften(MatMulShape shape) => (leftIsTransposed ? shape.Depth : shape.Rows) >= FewestUses;

    /// <summary>Whether a factor is large that is read along its columns.</summary>
    private bool IsStrided(MatMulShape shape) => leftIsTransposed
        ? (long)shape.Depth * Math.Max(shape.Rows, shape.Columns) >= TransposedFrom
        : (long)shape.Depth * shape.Columns >= tuning.PackedFrom;

    private static bool IsLarge(MatMulShape shape) => (double)shape.Rows * shape.Columns * shape.Depth >= LargeProduct;

    /// <summary>The depth that is multiplied at a time.</summary>
    private int MostDepth(MatMulShape shape) =>
        Math.Min(shape.Depth, leftIsTransposed && !rightIsTransposed ? DepthBlock : LongDepthBlock);

    private PanelShape LeftShape(MatMulShape shape) => PanelShape.Of(shape.Rows, shape.Depth, tuning.GroupSize);

    /// <summary>A multiple of 16: the right factor begins at a multiple of 64 bytes.</summary>
    private long LeftLength(MatMulShape shape) =>
        PacksLeft ? (long)LeftShape(shape).Panels * tuning.GroupSize * MostDepth(shape) + 15 & -16 : 0;

    private long SparsityLength(MatMulShape shape) => kernels.SparsityLength(shape with { Depth = MostDepth(shape) });

    /// <summary>What a block of panels takes at most: no more where there is less of the depth.</summary>
    private long RightLength(MatMulShape shape)
    {
        long panel = (long)rightWidth * MostDepth(shape);
        return Math.Min(
            Launch.Groups(shape.Columns, rightWidth) * panel, tuning.Processors * Math.Max(FewestPanels * panel, tuning.PackedBlock));
    }

    /// <summary>Panels of the right factor that are packed at a time.</summary>
    private int BlockPanels(MatMulShape shape) => Math.Min(
        Launch.Groups(shape.Columns, rightWidth),
        tuning.Processors * Math.Max(FewestPanels, tuning.PackedBlock / (rightWidth * MostDepth(shape))));
}
