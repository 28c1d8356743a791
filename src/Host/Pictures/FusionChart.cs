using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Host.Pictures;

/// <summary>
/// Draws what fusions buy as SVG and PNG: a panel for each step below a common title, with a bar from 1 to the median speedup of each
/// fusion, its middle half as a line, and a diamond where bytes and launches predict it.
/// </summary>
public static class FusionChart
{
    private const double PanelWidth = 620, RowHeight = 34, Margins = 90, TitleHeight = 34, LabelWidth = 210;

    /// <summary>Writes the picture to <paramref name="path"/>, SVG, and beside it as PNG.</summary>
    /// <returns>Why there is no PNG, if there is none.</returns>
    /// <exception cref="ArgumentException">No steps are given.</exception>
    /// <exception cref="IOException">A file cannot be written; an older one at that path is left as it was.</exception>
    public static IReadOnlyList<string> Write(string path, string title, IReadOnlyList<FusionStep> steps)
    {
        if (steps.Count == 0)
            throw new ArgumentException("A chart needs at least one step.", nameof(steps));
        double height = Margins + RowHeight * steps.Max(step => step.Gains.Count);
        int columns = Math.Min(2, steps.Count), rows = (steps.Count + columns - 1) / columns;
        return ChartFile.Write(path, columns * PanelWidth, TitleHeight + rows * height,
        [
            (ChartFile.Create(title), new OxyRect(0, 0, columns * PanelWidth, TitleHeight)),
            .. steps.Select((step, i) => (
                Panel(step), new OxyRect(i % columns * PanelWidth, TitleHeight + i / columns * height, PanelWidth, height))),
        ]);
    }

    private static PlotModel Panel(FusionStep step)
    {
        PlotModel panel = ChartFile.Create(FusionProgram.Title(step.Configuration));
        (panel.TitleFontSize, panel.TitleHorizontalAlignment) = (12, TitleHorizontalAlignment.CenteredWithinView);
        panel.PlotMargins = new OxyThickness(LabelWidth, double.NaN, double.NaN, double.NaN);
        int count = step.Gains.Count;
        panel.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom, Title = "times as fast as without the fusion (diamond: predicted)",
            MinimumPadding = 0.05, MaximumPadding = 0.08,
            MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColor.FromRgb(0xE3, 0xE6, 0xEA),
        });
        var names = new CategoryAxis { Position = AxisPosition.Left, StartPosition = 1, EndPosition = 0 };
        names.Labels.AddRange(step.Gains.Select(gain => FusionTable.NameOf(step, gain)));
        panel.Axes.Add(names);
        var bars = new RectangleBarSeries { StrokeThickness = 0 };
        var predicted =
            new ScatterSeries { MarkerType = MarkerType.Diamond, MarkerSize = 5, MarkerFill = OxyColor.FromRgb(0xEA, 0x58, 0x0C) };
        panel.Series.Add(bars);
        for (int i = 0; i < count; i++)
        {
            FusionGain gain = step.Gains[i];
            var (low, high) = (Math.Min(1, gain.Speedup.Median), Math.Max(1, gain.Speedup.Median));
            bars.Items.Add(new RectangleBarItem(low, i - 0.3, high, i + 0.3)
            {
                Color = gain.Speedup.Median >= 1 ? OxyColor.FromRgb(0x25, 0x63, 0xEB) : OxyColor.FromRgb(0xDC, 0x26, 0x26),
            });
            var middle = new LineSeries { Color = OxyColors.Black, StrokeThickness = 1.5 };
            middle.Points.AddRange([new(gain.Speedup.Low, i), new(gain.Speedup.High, i)]);
            panel.Series.Add(middle);
            if (gain.Predicted is { } ratio)
                predicted.Points.Add(new(ratio, i));
        }
        panel.Series.Add(predicted);
        panel.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.Vertical, X = 1, Color = OxyColors.Black,
            LineStyle = LineStyle.Solid });
        return panel;
    }
}
