namespace VaeGpu.Kernels.Ladders.Elementwise;

/// <summary>
/// The ladder of elementwise kernels: left is (rows, columns), right the bias (columns), output (rows, columns); the activation is
/// <see cref="Activations.Relu"/>.
/// </summary>
internal sealed class ElementwiseLadder() : Ladder(nameof(Elementwise))
{
    private const string Exact = "nothing is added up";

    public override string Task => "y[i, j] = relu(x[i, j] + b[j])";

    public override IReadOnlyList<Rung> Rungs { get; } =
    [
        new("two launches; neighbors in a column", typeof(Elementwise1Strided), Elementwise1Strided.Load)
        {
            Order = Exact,
        },
        new("neighbors in a row: their accesses coalesce", typeof(Elementwise2Coalesced), Elementwise2Coalesced.Load)
        {
            After = typeof(Elementwise1Strided), Order = Exact,
        },
        new("several elements for each thread: fewer groups", typeof(Elementwise3ManyPerThread), Elementwise3ManyPerThread.Load)
        {
            After = typeof(Elementwise2Coalesced), Order = Exact,
        },
        new("four floats in each access", typeof(Elementwise4WideAccesses), Elementwise4WideAccesses.Load)
        {
            After = typeof(Elementwise3ManyPerThread), Order = Exact, Devices = RungDevices.Gpu,
        },
        new("bias and activation in one pass", typeof(Elementwise5Fused), Elementwise5Fused.Load)
        {
            After = typeof(Elementwise3ManyPerThread), Order = Exact,
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
        (sizes.Rows * sizes.Columns, sizes.Columns, sizes.Rows * sizes.Columns);

    /// <summary>An addition; a comparison does not count.</summary>
    public override double Flops(LadderSizes sizes) => (double) sizes.Rows * sizes.Columns;

    /// <summary>The sizes as the kernels take them.</summary>
    internal static MatrixShape ShapeOf(LadderSizes sizes) => new() { Rows = sizes.Rows, Columns = sizes.Columns };
}
