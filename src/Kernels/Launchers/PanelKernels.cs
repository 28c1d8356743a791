using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Launchers;

/// <summary>The kernels that a <see cref="PanelProduct"/> launches after it has packed its left factor.</summary>
internal interface IPanelKernels
{
    /// <summary>Whether zeros of the left factor are skipped; the factor is then packed in any layout.</summary>
    bool SkipZeros { get; }

    /// <summary>The floats of scratch memory for the sparsity of the factors; 0 where no zeros are skipped.</summary>
    long SparsityLength(MatMulShape shape);

    /// <summary>Lists what is not zero in some panels of the left factor, <paramref name="left"/>, if zeros are skipped.</summary>
    void ListDepths(Floats left, Floats sparsity, MatMulShape shape, PanelShape panels);

    /// <summary>Packs some panels of the right factor.</summary>
    void PackRight(Index3D grid, Floats right, Floats packed, Floats sparsity, MatMulShape shape, PanelShape panels);

    /// <summary>Multiplies by these panels; the last part of the depth has the epilogue.</summary>
    void Multiply(
        Index3D grid, Floats left, Floats right, Floats output, Floats bias, Floats saved, Floats sparsity, MatMulShape shape,
        PanelPart part, bool isLast);
}

/// <summary><see cref="PanelMatMul"/>.</summary>
internal sealed class DensePanelKernels<TTile, TLeft, TRight, TEpilogue>(Accelerator accelerator, int groupSize) : IPanelKernels
    where TTile : struct, ITile
    where TLeft : struct, IOperand
    where TRight : struct, IOperand
    where TEpilogue : struct, IEpilogue
{
    private readonly Loaded<Floats, Floats, PanelShape> packRight = new(accelerator, PackPanels.Run<RightPanel<TTile>, TRight>);
    private readonly Loaded<Floats, Floats, Floats, Floats, Floats, MatMulShape, PanelPart>
        ofPart = new(accelerator, PanelMatMul.Multiply<TTile, TLeft, Plain>),
        ofLast = new(accelerator, PanelMatMul.Multiply<TTile, TLeft, TEpilogue>);

    /// <inheritdoc/>
    public bool SkipZeros => false;

    /// <inheritdoc/>
    public long SparsityLength(MatMulShape shape) => 0;

    /// <inheritdoc/>
    public void ListDepths(Floats left, Floats sparsity, MatMulShape shape, PanelShape panels)
    {
    }

    /// <inheritdoc/>
    public void PackRight(Index3D grid, Floats right, Floats packed, Floats sparsity, MatMulShape shape, PanelShape panels) =>
        packRight.Launch(Launch.Config(grid, groupSize), right, packed, panels);

    /// <inheritdoc/>
    public void Multiply(
        Index3D grid, Floats left, Floats right, Floats output, Floats bias, Floats saved, Floats sparsity, MatMulShape shape,
        PanelPart part, bool isLast) =>
        (isLast ? ofLast : ofPart).Launch(Launch.Config(grid, groupSize), left, right, output, bias, saved, shape, part);
}

/// <summary><see cref="SparsePanelMatMul"/>, with the lists of <see cref="NonzeroDepths"/> and a mark for each panel behind them.</summary>
internal sealed class SparsePanelKernels<TTile, TRight, TEpilogue>(Accelerator accelerator, int groupSize) : IPanelKernels
    where TTile : struct, ITile
    where TRight : struct, IOperand
    where TEpilogue : struct, IEpilogue
{
    private readonly Loaded<Floats, Ints, Ints, int> listDepths = new(accelerator, NonzeroDepths.Run<TTile>);
    private readonly Loaded<Floats, Floats, Ints, PanelShape> packRight =
        new(accelerator, PackPanels.RunChecked<RightPanel<TTile>, TRight>);
    private readonly Loaded<Floats, Floats, Floats, Floats, Floats, Ints, Ints, MatMulShape, PanelPart>
        ofPart = new(accelerator, SparsePanelMatMul.Multiply<TTile, Plain>),
        ofLast = new(accelerator, SparsePanelMatMul.Multiply<TTile, TEpilogue>);

    /// <inheritdoc/>
    public bool SkipZeros => true;

    /// <inheritdoc/>
    public long SparsityLength(MatMulShape shape) => ListsLength(shape) + Launch.Groups(shape.Columns, TTile.Columns * groupSize);

    /// <inheritdoc/>
    public void ListDepths(Floats left, Floats sparsity, MatMulShape shape, PanelShape panels) => listDepths.Launch(
        Launch.Config(panels.Panels, groupSize), left,
        Depths(sparsity, shape).SubView(NonzeroDepths.Length(panels.FirstPanel, shape.Depth, groupSize, TTile.Rows)),
        Nonfinite(sparsity, shape), shape.Depth);

    /// <inheritdoc/>
    public void PackRight(Index3D grid, Floats right, Floats packed, Floats sparsity, MatMulShape shape, PanelShape panels) =>
        packRight.Launch(Launch.Config(grid, groupSize), right, packed, Nonfinite(sparsity, shape), panels);

    /// <inheritdoc/>
    public void Multiply(
        Index3D grid, Floats left, Floats right, Floats output, Floats bias, Floats saved, Floats sparsity, MatMulShape shape,
        PanelPart part, bool isLast) => (isLast ? ofLast : ofPart).Launch(
            Launch.Config(grid, groupSize), left, right, output, bias, saved, Depths(sparsity, shape), Nonfinite(sparsity, shape),
            shape, part);

    private long ListsLength(MatMulShape shape) =>
        NonzeroDepths.Length(Launch.Groups(shape.Rows, groupSize), shape.Depth, groupSize, TTile.Rows);

    private Ints Depths(Floats sparsity, MatMulShape shape) => sparsity.SubView(0, ListsLength(shape)).Cast<int>();

    private Ints Nonfinite(Floats sparsity, MatMulShape shape) =>
        sparsity.SubView(ListsLength(shape), Launch.Groups(shape.Columns, TTile.Columns * groupSize)).Cast<int>();
}
