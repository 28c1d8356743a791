namespace VaeGpu.Kernels.Ladders.Reduction;

/// <summary>
/// The ladder of sums over rows: left is (rows, columns), right of the same shape, output (rows). The first rungs add up left; the last two
/// the squares of left − right, as the loss of a likelihood does.
/// </summary>
internal sealed class ReductionLadder() : Ladder(nameof(Reduction))
{
    private const string InOrder = "columns in order", Tree = "256 partial sums and a tree";
    private const string Squares = "(x − y)², 256 partial sums and a tree";

    /// <summary>Both matrices are read.</summary>
    private static readonly RungTask SquaredDifferences =
        new(sizes => 3.0 * sizes.Rows * sizes.Columns, sizes => sizeof(float) * (double)sizes.Rows * (2 * sizes.Columns + 1));

    public override string Task => "s = Σⱼ x[i, j]";

    public override IReadOnlyList<Rung> Rungs { get; } =
    [
        new("one thread for each row", typeof(Reduction1OneThread), Reduction1OneThread.Load) { Order = InOrder },
        new("a group for each row, a tree in shared memory", typeof(Reduction2SharedTree), Reduction2SharedTree.Load)
        {
            After = typeof(Reduction1OneThread), Order = Tree,
        },
        new("the last levels of the tree by warp shuffles", typeof(Reduction3WarpShuffles), Reduction3WarpShuffles.Load)
        {
            After = typeof(Reduction2SharedTree), Order = Tree, Shuffles = true,
        },
        new("a warp for each row, partial sums in registers", typeof(Reduction4WarpPerRow), Reduction4WarpPerRow.Load)
        {
            After = typeof(Reduction3WarpShuffles), Order = Tree, Shuffles = true,
        },
        new("four floats in each access", typeof(Reduction5WideAccesses), Reduction5WideAccesses.Load)
        {
            After = typeof(Reduction4WarpPerRow), Order = Tree, Devices = RungDevices.Gpu, Shuffles = true,
        },
        new("sums of (x − y)²: a launch for the terms before the sums", typeof(Reduction6Unfused), Reduction6Unfused.Load)
        {
            Order = Squares, Task = SquaredDifferences,
        },
        new("(x − y)² is computed where it is added: one launch", typeof(Reduction7FusedTerms), Reduction7FusedTerms.Load)
        {
            After = typeof(Reduction6Unfused), Order = Squares, Task = SquaredDifferences,
        },
    ];

    public override LadderSizes SizesOf(int size) => new(size, size, 0);

    public override int DefaultSize(LadderScale scale) => scale switch
    {
        LadderScale.Gpu => 8192,
        LadderScale.Processor => 2048,
        _ => 32,
    };

    public override string InWords(LadderSizes sizes) => FormattableString.Invariant($"{sizes.Rows}×{sizes.Columns}");

    public override (int Left, int Right, int Output) Lengths(LadderSizes sizes) =>
        (sizes.Rows * sizes.Columns, sizes.Rows * sizes.Columns, sizes.Rows);

    public override double Flops(LadderSizes sizes) => (double)sizes.Rows * sizes.Columns;

    /// <summary>Left is read, and the sums are written.</summary>
    public override double Bytes(LadderSizes sizes) => sizeof(float) * (double)sizes.Rows * (sizes.Columns + 1);

    /// <summary>The sizes as the kernels take them.</summary>
    internal static MatrixShape ShapeOf(LadderSizes sizes) => new() { Rows = sizes.Rows, Columns = sizes.Columns };
}
