using System.Globalization;
using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Figures;

/// <summary>One measured figure.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Device">On what.</param>
/// <param name="Size">The sizes that it was measured at.</param>
internal sealed record Figure(string What, string Device, string Size)
{
    /// <summary>The figure, or null if it was not measured; <see cref="Note"/> then gives the reason.</summary>
    public Quantity? Value { get; init; }

    /// <summary>The side that was measured in turn with it.</summary>
    public Comparison? Beside { get; init; }

    /// <summary>What bounds the value, in its unit, measured in turn with it.</summary>
    public Quantity? Peak { get; init; }

    /// <summary>The value's share of the peak: the median over the rounds.</summary>
    public double? OfPeak { get; init; }

    /// <summary>What else there is to say.</summary>
    public string Note { get; init; } = "";

    /// <summary>What it is held against.</summary>
    public IReadOnlyList<Goal> Goals { get; init; } = [];

    /// <summary>Whether the note says how the measurement failed.</summary>
    public bool Failed { get; init; }

    /// <summary>The reason why the figure was not measured.</summary>
    public static Figure OfFailure(string what, string device, string size, Exception e) => new(what, device, size)
    {
        Note = $"failed: {e.GetType().Name}: {e.Message}".ReplaceLineEndings(" "), Failed = true,
    };

    /// <summary>A figure, or in its place why it failed: one must not cost those that come after it.</summary>
    public static Figure Attempt(string what, string device, string size, Func<Figure> measure)
    {
        try
        {
            return measure();
        }
        catch (Exception e)
        {
            return OfFailure(what, device, size, e);
        }
    }
}

/// <summary>A measured quantity in its unit.</summary>
internal sealed record Quantity(Spread Spread, string Unit)
{
    /// <summary>A time.</summary>
    public static Quantity Seconds(Spread seconds) => new(seconds, Numbers.Seconds);

    /// <summary>10⁹ of something for each second: operations, bytes, numbers.</summary>
    public static Quantity Giga(double amount, Spread seconds, string unit) => new(amount / 1e9 / seconds, unit);

    /// <summary>Some for each second.</summary>
    public static Quantity PerSecond(double amount, Spread seconds, string what) => new(amount / seconds, $"{what}/s");

    /// <summary>A quantity that was found once.</summary>
    public static Quantity Once(double value, string unit) => new(Spread.Single(value), unit);
}

/// <summary>The other side of a comparison.</summary>
/// <param name="Peer">What it is.</param>
/// <param name="Value">What it reached.</param>
/// <param name="Ratio">How many times as fast as the peer the figure's side is, round by round; null where speed is not compared.</param>
internal sealed record Comparison(string Peer, Quantity Value, Spread? Ratio)
{
    /// <summary>A comparison of times.</summary>
    public static Comparison OfTimes(string peer, Samples samples, Func<Spread, Quantity> quantity, int ours = 0, int theirs = 1) =>
        new(peer, quantity(samples.Seconds(theirs)), samples.Ratio(theirs, ours));
}

/// <summary>What a figure is to reach.</summary>
/// <param name="Wanted">What is wanted, in words.</param>
/// <param name="Got">What was measured.</param>
/// <param name="IsMet">Whether that is enough.</param>
internal sealed record Goal(string Wanted, string Got, bool IsMet)
{
    /// <summary>At least so many times as fast as the peer.</summary>
    public static Goal Times(double ratio, double least) => new(
        string.Create(CultureInfo.InvariantCulture, $"at least {least:0.##} times as fast as the peer"),
        $"{Numbers.Three(ratio)} times as fast", ratio >= least);

    /// <summary>In less time.</summary>
    public static Goal Under(double seconds, double most) => new($"under {Numbers.Time(most)}", Numbers.Time(seconds), seconds < most);
}
