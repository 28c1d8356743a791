using System.Text;
using System.Xml;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace VaeGpu.Host.Pictures;

/// <summary>A chart of curves with a legend. A value that is no number is a gap.</summary>
internal static class CurvePanel
{
    /// <summary>Up to so many points each gets a dot.</summary>
    private const int Dotted = 40;

    /// <summary>A chart without curves; the horizontal axis goes from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static PlotModel Create(string title, string along, string unit, double first, double last)
    {
        PlotModel panel = ChartFile.Create(Printable(title));
        double room = first == last ? 0.5 : 0.02 * (last - first);
        panel.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom, Title = along, AxisTitleDistance = 6, MinimumMajorStep = 1, MinorTickSize = 0,
            Minimum = first - room, Maximum = last + room,
        });
        panel.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left, Title = unit, AxisTitleDistance = 12, MajorGridlineStyle = LineStyle.Solid, MinorTickSize = 0,
            MajorGridlineColor = OxyColor.FromRgb(0xE3, 0xE6, 0xEA), MinimumPadding = 0.05, MaximumPadding = 0.05,
        });
        panel.Legends.Add(new Legend { LegendPosition = LegendPosition.TopRight, LegendBackground = OxyColors.White });
        return panel;
    }

    /// <summary>Adds a curve through <paramref name="points"/>, in their order.</summary>
    public static void AddLine(
        PlotModel panel, string name, OxyColor color, IReadOnlyList<DataPoint> points, LineStyle style = LineStyle.Automatic)
    {
        double[] values = [.. points.Select(point => Math.Abs(point.Y) <= float.MaxValue ? point.Y : double.NaN)];
        // Floats do not differ by less than a millionth.
        var least = values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max() * 1e-6;
        panel.Axes[1].MinimumRange = new[] { panel.Axes[1].MinimumRange, least, 1e-6 }.Max();
        var line = new LineSeries { Title = Printable(name), Color = color, LineStyle = style };
        var dots = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerSize = 2.8, MarkerFill = color };
        for (var i = 0; i < values.Length; i++)
        {
            line.Points.Add(new DataPoint(points[i].X, values[i]));
            // A point between two gaps would not be seen.
            var alone = (i == 0 || double.IsNaN(values[i - 1])) && (i == values.Length - 1 || double.IsNaN(values[i + 1]));
            if (double.IsFinite(values[i]) && (alone || values.Length <= Dotted))
                dots.Points.Add(new ScatterPoint(points[i].X, values[i]));
        }
        panel.Series.Add(line);
        panel.Series.Add(dots);
    }

    /// <summary>XML 1.0 has no place for control characters, not even escaped.</summary>
    private static string Printable(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => rune.Value >= 0x10000 || XmlConvert.IsXmlChar((char)rune.Value)));
}
