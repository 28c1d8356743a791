using VaeGpu.Training.Diagnostics.Measuring;

namespace VaeGpu.Training.Diagnostics.Tuning;

/// <summary>How many times as fast one side is as another, measured in turn: the median and quartiles of the rounds' ratios.</summary>
/// <param name="Median">The median.</param>
/// <param name="Lower">The lower quartile.</param>
/// <param name="Upper">The upper quartile.</param>
public sealed record Speedup(double Median, double Lower, double Upper)
{
    /// <summary>Whether three rounds in four or more were faster.</summary>
    public bool IsBeyondSpread => Lower > 1;

    /// <summary>The median and the quartiles, such as "1.08 (1.05 to 1.10)".</summary>
    public override string ToString() => FormattableString.Invariant($"{Median:0.00} ({Lower:0.00} to {Upper:0.00})");

    /// <summary>The speedup of a side over a reference, from the seconds of each round.</summary>
    internal static Speedup Of(IEnumerable<double> reference, IEnumerable<double> side)
    {
        Spread ratios = Spread.Of(reference.Zip(side, (before, after) => before / after));
        return new(ratios.Median, ratios.Low, ratios.High);
    }
}
