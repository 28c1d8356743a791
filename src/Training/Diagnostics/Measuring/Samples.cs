namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>Seconds of one run, side by side and round by round.</summary>
internal sealed class Samples(double[][] seconds)
{
    /// <summary>The times of a side.</summary>
    public Spread Seconds(int side) => Spread.Of(seconds[side]);

    /// <summary>Those of a side, round by round.</summary>
    public IReadOnlyList<double> Rounds(int side) => seconds[side];

    /// <summary>
    /// How many times as long <paramref name="side"/> takes as <paramref name="other"/>: the ratios within the rounds, which a machine
    /// that is slower for some rounds does not move.
    /// </summary>
    public Spread Ratio(int side, int other) => Spread.Of(seconds[side].Zip(seconds[other], (a, b) => a / b));
}
