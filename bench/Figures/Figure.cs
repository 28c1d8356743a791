using System.Globalization;

namespace VaeGpu.Bench.Figures;

/// <summary>One measured figure.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Device">On what.</param>
/// <param name="Size">The sizes that it was measured at.</param>
/// <param name="Value">The figure with its unit.</param>
/// <param name="Peak">FLOP/s of the peak, measured in turn with it.</param>
/// <param name="OfPeak">The figure's share of the peak.</param>
/// <param name="Goals">What it is held against.</param>
/// <param name="Failed">Whether the value says why there is none.</param>
internal sealed record Figure(
    string What, string Device, string Size, string Value, double? Peak = null, double? OfPeak = null, IReadOnlyList<Goal>? Goals = null,
    bool Failed = false)
{
    /// <summary>A figure, or in its place why it failed: one must not cost those that come after it.</summary>
    public static Figure Attempt(string what, string device, string size, Func<Figure> measure)
    {
        try
        {
            return measure();
        }
        catch (Exception e)
        {
            string message = $"{e.GetType().Name}: {e.Message}".ReplaceLineEndings(" ").Replace('|', '/');
            return new(what, device, size, $"failed: {message}", Failed: true);
        }
    }

    /// <summary>The share of the peak, in words.</summary>
    public string OfPeakText => OfPeak?.ToString("0 %", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>The peak in GFLOP/s.</summary>
    public string PeakText => Peak is { } peak ? Numbers.Giga(peak) : "–";
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

/// <summary>Numbers with three significant digits, alike in every locale.</summary>
internal static class Numbers
{
    public static string Giga(double value) => Three(value / 1e9);

    public static string Three(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };

    /// <summary>A time in the unit that suits it.</summary>
    public static string Time(double seconds) => seconds switch
    {
        >= 1 => $"{Three(seconds)} s",
        >= 1e-3 => $"{Three(seconds * 1e3)} ms",
        _ => $"{Three(seconds * 1e6)} µs",
    };
}
