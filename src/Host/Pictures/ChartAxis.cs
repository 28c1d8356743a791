using System.Globalization;

namespace VaeGpu.Host.Pictures;

/// <summary>The range of a chart's axis with ticks at round numbers: multiples of 1, 2 or 5 times a power of ten.</summary>
internal sealed class ChartAxis
{
    private readonly double step;

    private ChartAxis(double low, double high, double step)
    {
        (Low, High, this.step) = (low, high, step);
        var first = Math.Ceiling(low / step - 1e-9);
        var count = (int)Math.Floor(high / step - first + 1e-9) + 1;
        Ticks = [.. Enumerable.Range(0, count).Select(i => (first + i) * step)];
    }

    public double Low { get; }

    public double High { get; }

    public IReadOnlyList<double> Ticks { get; }

    /// <summary>An axis whose ends are ticks and hold all of <paramref name="values"/> that can be drawn.</summary>
    public static ChartAxis Of(IEnumerable<double> values)
    {
        var (low, high) = Range(values);
        var step = RoundStep(high - low, 6);
        return new ChartAxis(Math.Floor(low / step) * step, Math.Ceiling(high / step) * step, step);
    }

    /// <summary>An axis of whole numbers from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static ChartAxis OfWhole(int first, int last) =>
        first == last
            ? new ChartAxis(first - 0.5, first + 0.5, 1)
            : new ChartAxis(first, last, Math.Max(1, RoundStep((double)last - first, 8)));

    /// <summary>Whether a value can be drawn: a number, and one that a float could hold.</summary>
    public static bool CanDraw(double value) => Math.Abs(value) <= float.MaxValue;

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end.</summary>
    public double Share(double value) => (value - Low) / (High - Low);

    /// <summary>A tick's text, with the decimals that its step needs.</summary>
    public string Label(double tick)
    {
        if (tick != 0 && (Math.Max(Math.Abs(Low), Math.Abs(High)) >= 1e6 || step < 1e-4))
            return tick.ToString("0.#####e+0", CultureInfo.InvariantCulture);
        var decimals = (int)Math.Max(0, Math.Ceiling(-Math.Log10(step) - 1e-9));
        return tick.ToString($"F{decimals}", CultureInfo.InvariantCulture).Replace('-', '−');
    }

    private static (double Low, double High) Range(IEnumerable<double> values)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (var value in values.Where(CanDraw))
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high)
            return (0, 1);
        // Floats do not differ by less than this; it also keeps the ticks apart.
        var least = Math.Max(Math.Abs(low), Math.Abs(high)) * 1e-6;
        if (high - low > least)
            return (low, high);
        var room = Math.Max(Math.Abs(high) * 0.05, 1e-6);
        return (low - room, high + room);
    }

    private static double RoundStep(double range, int most)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / most)));
        return new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(step => range / step <= most * (1 + 1e-9));
    }
}
