using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary>
/// A large product on a vector processor: both factors are packed (<see cref="PackStrips"/>, <see cref="PackPanels"/>), and then multiplied
/// (<see cref="PanelMatMul"/>).
/// </summary>
public sealed class PanelProduct : IPackedProduct
{
    /// <summary>
    /// The numbers of a factor that is read along its columns from which on packing pays: 2 MB, more than the second cache holds.
    /// </summary>
    private const long LargeFactor = 1 << 19;
    /// <summary>The rows, or the depth of a weight gradient, that a packed number must be used for.</summary>
    private const int FewestUses = 32;

    private readonly int groupSize, leftWidth, rightWidth;
    private readonly bool isStrips, turnsRight;
    private readonly Loaded<ArrayView<float>, ArrayView<float>, PanelShape> packLeft, packRight;
    private readonly Loaded<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, MatMulShape> multiply;
    private readonly Func<MatMulShape, Index3D> grid;

    private PanelProduct(
        int groupSize, (int Left, int Right) widths, bool isStrips, bool turnsRight,
        Loaded<ArrayView<float>, ArrayView<float>, PanelShape> packLeft, Loaded<ArrayView<float>, ArrayView<float>, PanelShape> packRight,
        Loaded<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, MatMulShape> multiply,
        Func<MatMulShape, Index3D> grid)
    {
        (this.groupSize, leftWidth, rightWidth) = (groupSize, widths.Left, widths.Right);
        (this.isStrips, this.turnsRight, this.packLeft, this.packRight) = (isStrips, turnsRight, packLeft, packRight);
        (this.multiply, this.grid) = (multiply, grid);
    }

    /// <summary>The product of any operands and epilogue, in groups of one vector.</summary>
    public static PanelProduct Load<TTile, TLeft, TRight, TEpilogue>(Accelerator accelerator, int groupSize)
        where TTile : struct, ITile
        where TLeft : struct, IOperand
        where TRight : struct, IOperand
        where TEpilogue : struct, IEpilogue => new(
            groupSize, (PanelMatMul.LeftWidth<TTile, TLeft>(), TTile.Columns * groupSize), TLeft.DepthIsFastest, TRight.DepthIsFastest,
            TLeft.DepthIsFastest ? new(accelerator, PackStrips.Run) : new(accelerator, PackPanels.Run<DepthSlowest>),
            new(accelerator, PackPanels.Run<TRight>), new(accelerator, PanelMatMul.Multiply<TTile, TLeft, TEpilogue>),
            shape => MatMul.GridFor<TTile>(shape.Rows, shape.Columns, groupSize));

    /// <summary>
    /// Whether packing pays: a right factor whose depth lies side by side must be transposed in any case; others where their columns span
    /// so much memory that they are read from far away, page after page.
    /// </summary>
    public bool IsFor(MatMulShape shape) =>
        (turnsRight || LargestStrided(shape) >= LargeFactor && (isStrips ? shape.Rows : shape.Depth) >= FewestUses)
        && ScratchLength(shape) <= int.MaxValue;

    /// <inheritdoc/>
    public long ScratchLength(MatMulShape shape) => LeftLength(shape) + RightLength(shape);

    /// <inheritdoc/>
    public void Run(
        ArrayView<float> left, ArrayView<float> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape, ArrayView<float> scratch)
    {
        PanelShape leftShape = Left(shape), rightShape = Right(shape);
        ArrayView<float> packedLeft = scratch.SubView(0, LeftLength(shape));
        ArrayView<float> packedRight = scratch.SubView(packedLeft.Length, RightLength(shape));
        packLeft.Launch(
            Launch.Config(isStrips ? PackStrips.GridFor(leftShape) : PackPanels.GridFor(leftShape), groupSize), left, packedLeft, leftShape);
        packRight.Launch(Launch.Config(PackPanels.GridFor(rightShape), groupSize), right, packedRight, rightShape);
        multiply.Launch(Launch.Config(grid(shape), groupSize), packedLeft, packedRight, output, bias, saved, shape);
    }

    /// <summary>The numbers of the largest factor that is read along its columns.</summary>
    private long LargestStrided(MatMulShape shape) => (long)shape.Depth * (isStrips ? shape.Columns : Math.Max(shape.Rows, shape.Columns));

    private long LeftLength(MatMulShape shape)
    {
        PanelShape left = Left(shape);
        // The right factor begins at a multiple of 64 bytes.
        return (long)left.Panels * left.Width * (isStrips ? PackStrips.PaddedDepth(shape.Depth) : shape.Depth) + 15 & ~15L;
    }

    private long RightLength(MatMulShape shape) => (long)Right(shape).Panels * rightWidth * shape.Depth;

    private PanelShape Left(MatMulShape shape) => new() { Lines = shape.Rows, Depth = shape.Depth, Width = leftWidth };

    private PanelShape Right(MatMulShape shape) => new() { Lines = shape.Columns, Depth = shape.Depth, Width = rightWidth };
}
