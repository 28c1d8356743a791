using MathNet.Numerics.Statistics;

namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>Seconds of one run, side by side and round by round.</summary>
internal sealed class Samples(double[][] seconds)
{
    /// <summary>The median of a side.</summary>
    public double Seconds(int side) => Median(seconds[side]);

    /// <summary>Those of a side, round by round.</summary>
    public IReadOnlyList<double> Rounds(int side) => seconds[side];

    /// <summary>
    /// How many times as long <paramref name="side"/> takes as <paramref name="other"/>: the median over the rounds of the
    /// ratio within a round, which a machine that is slower for some rounds does not move.
    /// </summary>
    public double Ratio(int side, int other) => Median([.. seconds[side].Zip(seconds[other], (a, b) => a / b)]);

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(double[] values) => Statistics.Median(values);
}
