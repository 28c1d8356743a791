using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Pairwise;

/// <summary>
/// The ladder of pairwise distances: left is (M, D), right (N, D), output (M, N), all row-major; sizes are (M, N, D).
/// </summary>
internal sealed class PairwiseLadder() : Ladder(nameof(Pairwise))
{
    private const string InOrder = "dimensions in order", ByProduct = "|x|² + |y|² − 2x·y";

    /// <summary>The dimensions where the user chooses the points.</summary>
    private const int Dimensions = 64;

    public override string Task => "d[i, j] = |x[i] − y[j]|²";

    public override IReadOnlyList<Rung> Rungs { get; } =
    [
        new("one thread for each pair", typeof(Pairwise1Naive), Pairwise1Naive.Load) { Order = InOrder },
        new("y transposed before: neighbors read neighbors", typeof(Pairwise2Coalesced), Pairwise2Coalesced.Load)
        {
            After = typeof(Pairwise1Naive), Order = InOrder,
        },
        new("tiles of both in shared memory", typeof(Pairwise3SharedTiles), Pairwise3SharedTiles.Load)
        {
            After = typeof(Pairwise2Coalesced), Order = InOrder, GroupThreads = 256,
        },
        new("a block of pairs for each thread, sums in registers", typeof(Pairwise4RegisterTiles), Pairwise4RegisterTiles.Load)
        {
            After = typeof(Pairwise2Coalesced), Order = InOrder,
        },
        new("by a matrix product: less arithmetic, less exact", typeof(Pairwise5Product), Pairwise5Product.Load)
        {
            After = typeof(Pairwise4RegisterTiles), Order = ByProduct,
        },
        new("the product's epilogue adds the norms", typeof(Pairwise6FusedEpilogue), Pairwise6FusedEpilogue.Load)
        {
            After = typeof(Pairwise5Product), Order = ByProduct,
        },
    ];

    public override LadderSizes SizesOf(int size) => new(size, size, Math.Min(size, Dimensions));

    public override int DefaultSize(LadderScale scale) => scale switch
    {
        LadderScale.Gpu => 8192,
        LadderScale.Processor => 1536,
        _ => 32,
    };

    public override string InWords(LadderSizes sizes) =>
        FormattableString.Invariant($"{sizes.Rows} by {sizes.Columns} points in {sizes.Depth} dimensions");

    public override (int Left, int Right, int Output) Lengths(LadderSizes sizes) =>
        (sizes.Rows * sizes.Depth, sizes.Columns * sizes.Depth, sizes.Rows * sizes.Columns);

    /// <summary>Those of the product; a difference, squared and added, takes half as many again.</summary>
    public override double Flops(LadderSizes sizes) => 2.0 * sizes.Rows * sizes.Columns * sizes.Depth;

    /// <summary>The sizes as the kernels take them.</summary>
    internal static MatMulShape ShapeOf(LadderSizes sizes) =>
        new() { Rows = sizes.Rows, Columns = sizes.Columns, Depth = sizes.Depth };
}
