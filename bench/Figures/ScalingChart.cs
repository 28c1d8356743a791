using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using VaeGpu.Bench.Tables;
using VaeGpu.Host.Pictures;

namespace VaeGpu.Bench.Figures;

/// <summary>Draws <see cref="ScalingFigures"/> as SVG and PNG: a column for each size that grows, a row for each unit.</summary>
internal static class ScalingChart
{
    private const double PanelWidth = 380, PanelHeight = 300;

    private static readonly string[] units = ["examples/s", Numbers.Operations];

    /// <summary>Writes the picture into the folder "pictures" beside a page, if the rows have something to show.</summary>
    public static void WriteBeside(Page page, IReadOnlyCollection<Row> rows)
    {
        Row[] shown = [.. rows.Where(row => row.Part == ScalingFigures.Part && row.Value is not null)];
        if (shown.Length == 0)
            return;
        string folder = Path.Combine(page.Folder, "pictures");
        Directory.CreateDirectory(folder);
        ScalingCase[][] axes = [.. ScalingFigures.Charted.GroupBy(one => one.Axis).Select(axis => axis.ToArray())];
        ChartFile.Write(
            Path.Combine(folder, "scaling.svg"), axes.Length * PanelWidth, units.Length * PanelHeight,
            [
                .. from column in Enumerable.Range(0, axes.Length)
                   from row in Enumerable.Range(0, units.Length)
                   select (
                       (IPlotModel)Panel(axes[column], units[row], shown),
                       new OxyRect(column * PanelWidth, row * PanelHeight, PanelWidth, PanelHeight)),
            ]);
    }

    private static PlotModel Panel(ScalingCase[] axis, string unit, Row[] rows)
    {
        PlotModel panel = ChartFile.Create("");
        Axis values = unit == Numbers.Operations ? new LinearAxis { Minimum = 0 } : new LogarithmicAxis();
        (values.Position, values.Title, values.AxisTitleDistance, values.MaximumPadding) = (AxisPosition.Left, unit, 12, 0.1);
        (values.MajorGridlineStyle, values.MajorGridlineColor) = (LineStyle.Solid, OxyColor.FromRgb(0xE3, 0xE6, 0xEA));
        panel.Axes.Add(values);
        panel.Axes.Add(new LogarithmicAxis
        {
            Position = AxisPosition.Bottom, Title = axis[0].Axis, AxisTitleDistance = 8, MinimumPadding = 0.05, MaximumPadding = 0.05,
        });
        panel.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.TopCenter,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        string[] machines = [.. rows.Select(row => row.Machine).Distinct()];
        foreach (var curve in rows.Where(row => row.Unit == unit && row.What == axis[0].Axis).GroupBy(row => (row.Machine, row.Device)))
        {
            string machine = machines.Length == 1 ? "" : $"{Markdown.MachineName(machines, curve.Key.Machine)}: ";
            var line = new LineSeries { Title = machine + curve.Key.Device, MarkerType = MarkerType.Circle, MarkerSize = 3 };
            foreach (Row row in curve)
            {
                if (Array.Find(axis, one => one.Size.ToString() == row.Size) is { } point)
                    line.Points.Add(new DataPoint(point.Value, row.Value!.Value));
            }
            panel.Series.Add(line);
        }
        return panel;
    }
}
