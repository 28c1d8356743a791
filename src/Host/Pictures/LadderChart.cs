using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using VaeGpu.Training.Diagnostics.Ladders;

namespace VaeGpu.Host.Pictures;

/// <summary>
/// Draws a ladder as SVG and PNG: a bar for each rung that was run, up to its share of the device's limit, and one for the library.
/// Where the device has no limit, bars are rates.
/// </summary>
public static class LadderChart
{
    private const double Width = 900, RowHeight = 34, Margins = 120, LabelWidth = 220;

    /// <summary>Writes the picture to <paramref name="path"/>, SVG, and beside it as PNG.</summary>
    /// <returns>Why there is no PNG, if there is none.</returns>
    /// <exception cref="IOException">A file cannot be written; an older one at that path is left as it was.</exception>
    public static IReadOnlyList<string> Write(string path, string title, LadderResult result)
    {
        (string Name, TaskBound Task, double Seconds, string Gain, OxyColor Color)[] bars =
        [
            .. result.Rungs.Where(rung => rung.Seconds is not null).Select(rung => (
                $"{rung.Number} {rung.Rung.Name}", rung.Task, rung.Seconds!.Value.Median,
                rung.Gain is { } gain ? FormattableString.Invariant($", {gain.Median:0.00} × rung {rung.After}") : "",
                OxyColor.FromRgb(0x25, 0x63, 0xEB))),
        ];
        if (result.Library is { } library)
            bars = [.. bars, (library.Name, result.Task, library.Seconds.Median, "", OxyColor.FromRgb(0x64, 0x74, 0x8B))];
        PlotModel panel = ChartFile.Create(title);
        (panel.TitleFontSize, panel.PlotMargins) = (13, new OxyThickness(LabelWidth, double.NaN, double.NaN, double.NaN));
        bool isLimited = result.Limits.IsMeasured;
        double[] lengths =
            [.. bars.Select(bar => isLimited ? 100 * bar.Task.LeastSeconds!.Value / bar.Seconds : Rate(bar.Task, bar.Seconds))];
        panel.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom, Minimum = 0, Maximum = 1.35 * Math.Max(lengths.Max(), isLimited ? 80 : 0),
            Title = isLimited
                ? FormattableString.Invariant(
                    $"% of the device's limit, {Rate(result.Task, result.Task.LeastSeconds!.Value):0} {result.Task.RateUnit}")
                : result.Task.RateUnit,
            MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColor.FromRgb(0xE3, 0xE6, 0xEA),
        });
        var names = new CategoryAxis { Position = AxisPosition.Left, StartPosition = 1, EndPosition = 0 };
        names.Labels.AddRange(bars.Select(bar => bar.Name));
        panel.Axes.Add(names);
        var series = new RectangleBarSeries { StrokeThickness = 0 };
        panel.Series.Add(series);
        foreach (var (i, bar) in bars.Index())
        {
            series.Items.Add(new RectangleBarItem(0, i - 0.3, lengths[i], i + 0.3) { Color = bar.Color });
            string share = isLimited ? FormattableString.Invariant($"{lengths[i]:0} %{(lengths[i] > 100 ? "!" : "")}, ") : "";
            panel.Annotations.Add(new TextAnnotation
            {
                Text = FormattableString.Invariant($"{share}{Rate(bar.Task, bar.Seconds):0.0} {bar.Task.RateUnit}{bar.Gain}"),
                StrokeThickness = 0, TextPosition = new(lengths[i], i), Offset = new(5, 0),
                TextHorizontalAlignment = HorizontalAlignment.Left, TextVerticalAlignment = VerticalAlignment.Middle,
            });
        }
        if (isLimited)
            panel.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.Vertical, X = 100, Color = OxyColors.Black });
        double height = Margins + RowHeight * bars.Length;
        return ChartFile.Write(path, Width, height, (panel, new OxyRect(0, 0, Width, height)));

        static double Rate(TaskBound task, double seconds) => task.Work / seconds / 1e9;
    }
}
