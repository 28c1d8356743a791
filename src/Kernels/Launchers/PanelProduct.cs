using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary>
/// A large product on a vector processor: the left factor is packed (<see cref="PackStrips"/>, <see cref="PackPanels"/>), and the right one
/// block by block, each multiplied (<see cref="PanelMatMul"/>) while the caches hold it.
/// </summary>
public sealed class PanelProduct : IPackedProduct
{
    /// <summary>The fewest rows, or least depth of a weight gradient, at which packing pays: how often a packed number is read.</summary>
    private const int FewestUses = 32;
    /// <summary>Numbers of the left factor that pass by at a time: 512 KB, which the second cache holds; and the fewest tiles.</summary>
    private const int LeftBlock = 1 << 17, FewestTiles = 4;
    /// <summary>The fewest panels of a block, so that all threads have some.</summary>
    private const int FewestPanels = 8;

    private readonly DeviceTuning tuning;
    private readonly int leftWidth, rightWidth;
    private readonly bool isStrips, turnsRight;
    private readonly Loaded<Floats, Floats, PanelShape> packLeft, packRight;
    private readonly Loaded<Floats, Floats, Floats, Floats, Floats, MatMulShape, int> multiply;
    private readonly int tileRows;

    private PanelProduct(
        DeviceTuning tuning, (int Left, int Right) widths, bool isStrips, bool turnsRight,
        Loaded<Floats, Floats, PanelShape> packLeft, Loaded<Floats, Floats, PanelShape> packRight,
        Loaded<Floats, Floats, Floats, Floats, Floats, MatMulShape, int> multiply, int tileRows)
    {
        (this.tuning, leftWidth, rightWidth) = (tuning, widths.Left, widths.Right);
        (this.isStrips, this.turnsRight, this.packLeft, this.packRight) = (isStrips, turnsRight, packLeft, packRight);
        (this.multiply, this.tileRows) = (multiply, tileRows);
    }

    /// <summary>The product of any operands and epilogue in the device's tile: fewer rows where registers are few.</summary>
    public static PanelProduct Load<TLeft, TRight, TEpilogue>(Accelerator accelerator, DeviceTuning tuning)
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue => tuning.GroupSize == 16
            ? Load<Tile8x3, TLeft, TRight, TEpilogue>(accelerator, tuning)
            : Load<Tile4x3, TLeft, TRight, TEpilogue>(accelerator, tuning);

    private static PanelProduct Load<TTile, TLeft, TRight, TEpilogue>(Accelerator accelerator, DeviceTuning tuning)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue => new(
            tuning, (PanelMatMul.LeftWidth<TTile, TLeft>(), TTile.Columns * tuning.GroupSize), TLeft.DepthIsFastest, TRight.DepthIsFastest,
            TLeft.DepthIsFastest ? new(accelerator, PackStrips.Run) : new(accelerator, PackPanels.Run<DepthSlowest>),
            new(accelerator, PackPanels.Run<TRight>), new(accelerator, PanelMatMul.Multiply<TTile, TLeft, TEpilogue>), TTile.Rows);

    /// <summary>
    /// Whether packing pays: a right factor whose depth lies side by side must be transposed in any case; others where their columns span
    /// so much memory that they are read from far away, page after page.
    /// </summary>
    public bool IsFor(MatMulShape shape) =>
        (turnsRight || LargestStrided(shape) >= PackedFrom && (isStrips ? shape.Rows : shape.Depth) >= FewestUses)
        && ScratchLength(shape) <= int.MaxValue;

    /// <inheritdoc/>
    public long ScratchLength(MatMulShape shape) => LeftLength(shape) + RightLength(shape);

    /// <inheritdoc/>
    public void Run(Floats left, Floats right, Floats output, Floats bias, Floats saved, MatMulShape shape, Floats scratch)
    {
        PanelShape leftShape = PanelShape.Of(shape.Rows, shape.Depth, leftWidth);
        PanelShape rightShape = PanelShape.Of(shape.Columns, shape.Depth, rightWidth);
        Floats packedLeft = scratch.SubView(0, LeftLength(shape));
        Floats packedRight = scratch.SubView(packedLeft.Length, RightLength(shape));
        Index3D leftGrid = isStrips ? PackStrips.GridFor(leftShape) : PackPanels.GridFor(leftShape);
        packLeft.Launch(Launch.Config(leftGrid, tuning.GroupSize), left, packedLeft, leftShape);
        int all = rightShape.Panels, block = BlockPanels(shape), tiles = Launch.Groups(shape.Rows, tileRows);
        int tilesAtOnce = Math.Min(tiles, Math.Max(FewestTiles, LeftBlock / (tileRows * shape.Depth)));
        int passes = Launch.Groups(tiles, tilesAtOnce);
        for (int first = 0; first < all; first += block)
        {
            (rightShape.FirstPanel, rightShape.Panels) = (first, Math.Min(block, all - first));
            packRight.Launch(Launch.Config(PackPanels.GridFor(rightShape), tuning.GroupSize), right, packedRight, rightShape);
            multiply.Launch(
                Launch.Config(new Index3D(tilesAtOnce, rightShape.Panels, passes), tuning.GroupSize), packedLeft, packedRight, output, bias,
                saved, shape, first);
        }
    }

    /// <summary>The size from which packing pays: smaller where both factors are read along their columns.</summary>
    private int PackedFrom => isStrips ? tuning.PackedFrom : tuning.PackedFrom / 8;

    /// <summary>The numbers of the largest factor that is read along its columns.</summary>
    private long LargestStrided(MatMulShape shape) => (long)shape.Depth * (isStrips ? shape.Columns : Math.Max(shape.Rows, shape.Columns));

    private long LeftLength(MatMulShape shape)
    {
        var left = PanelShape.Of(shape.Rows, shape.Depth, leftWidth);
        // The right factor begins at a multiple of 64 bytes.
        return (long)left.Panels * left.Width * (isStrips ? PackStrips.PaddedDepth(shape.Depth) : shape.Depth) + 15 & ~15L;
    }

    private long RightLength(MatMulShape shape) => (long)BlockPanels(shape) * rightWidth * shape.Depth;

    /// <summary>Panels of the right factor that are packed at a time.</summary>
    private int BlockPanels(MatMulShape shape) =>
        Math.Min(Launch.Groups(shape.Columns, rightWidth), Math.Max(FewestPanels, tuning.PackedBlock / (rightWidth * shape.Depth)));
}
