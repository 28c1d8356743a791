using System.Globalization;
using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Figures;

/// <summary>Numbers with three digits, as the tables show them.</summary>
internal static class Numbers
{
    /// <summary>The unit of times.</summary>
    public const string Seconds = "s";
    /// <summary>The unit of operations.</summary>
    public const string Operations = "GFLOP/s";

    public static string Giga(double value) => Three(value / 1e9);

    public static string Three(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };

    /// <summary>A time in the unit that suits it.</summary>
    public static string Time(double seconds)
    {
        (double factor, string unit) = Scale(seconds);
        return $"{Three(seconds * factor)} {unit}";
    }

    /// <summary>The median, the unit and, in parentheses, the quartiles; a single value has none.</summary>
    public static string WithSpread(Spread spread, string unit)
    {
        double factor = 1;
        if (unit == Seconds)
            (factor, unit) = Scale(spread.Median);
        string middle = unit.Length == 0 ? Three(spread.Median * factor) : $"{Three(spread.Median * factor)} {unit}";
        return spread.Low == spread.High ? middle : $"{middle} ({Three(spread.Low * factor)}–{Three(spread.High * factor)})";
    }

    private static (double Factor, string Unit) Scale(double seconds) => seconds switch
    {
        >= 1 => (1, "s"),
        >= 1e-3 => (1e3, "ms"),
        _ => (1e6, "µs"),
    };
}
