using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Host.Pictures;

/// <summary>
/// Draws which thread touched which element as SVG and PNG: a panel for each array, with a row for each thread, group below group, a column
/// for each element, a dot where the thread read it and a square where it wrote it.
/// </summary>
public static class AccessChart
{
    private const double Width = 900, RowHeight = 9, LeastRows = 16, MostRows = 64, Margins = 110, TitleHeight = 40;
    private const double MostMarker = 4;

    /// <summary>Writes the picture to <paramref name="path"/>, SVG, and beside it as PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">What was run.</param>
    /// <param name="arrays">What was accessed.</param>
    /// <param name="launch">Groups, and threads of a group.</param>
    /// <returns>Why there is no PNG, if there is none.</returns>
    /// <exception cref="IOException">A file cannot be written; an older one at that path is left as it was.</exception>
    public static IReadOnlyList<string> Write(string path, string title, IReadOnlyList<AccessedArray> arrays, KernelConfig launch)
    {
        double height = Margins + RowHeight * Math.Clamp((double)Threads(launch), LeastRows, MostRows);
        return ChartFile.Write(path, Width, TitleHeight + arrays.Count * height,
        [
            (ChartFile.Create(title), new OxyRect(0, 0, Width, TitleHeight)),
            .. arrays.Select((array, i) => (Panel(array, launch, height), new OxyRect(0, TitleHeight + i * height, Width, height))),
        ]);
    }

    private static int Threads(KernelConfig launch) => launch.GridDim.Size * launch.GroupDim.Size;

    private static IPlotModel Panel(AccessedArray array, KernelConfig launch, double height)
    {
        PlotModel panel = ChartFile.Create(array.Name);
        panel.TitleFontSize = 12;
        long last = array.Accesses.Max(access => (access.Offset + access.Bytes - 1) / AccessedArray.ElementBytes);
        panel.Axes.Add(Axis(AxisPosition.Bottom, "element", last));
        string rows = launch.GridDim.Size == 1 ? "thread" : "thread, groups in their order";
        LinearAxis threads = Axis(AxisPosition.Left, rows, Threads(launch) - 1);
        (threads.StartPosition, threads.EndPosition) = (1, 0);
        panel.Axes.Add(threads);
        panel.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.TopRight,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        for (int group = 1; group < launch.GridDim.Size; group++)
        {
            panel.Annotations.Add(new LineAnnotation
            {
                Type = LineAnnotationType.Horizontal, Y = group * launch.GroupDim.Size - 0.5, Color = OxyColor.FromRgb(0x94, 0xA3, 0xB8),
                LineStyle = LineStyle.Solid,
            });
        }
        double size = Math.Clamp(0.35 * Math.Min(0.85 * Width / (last + 1), (height - Margins) / Threads(launch)), 1, MostMarker);
        // Squares below dots, smaller: both are seen where a thread reads and writes an element.
        panel.Series.Add(Dots(array, launch, true, "written", MarkerType.Square, 1.4 * size, OxyColor.FromRgb(0xEA, 0x58, 0x0C)));
        panel.Series.Add(Dots(array, launch, false, "read", MarkerType.Circle, size, OxyColor.FromRgb(0x25, 0x63, 0xEB)));
        return panel;
    }

    private static ScatterSeries Dots(
        AccessedArray array, KernelConfig launch, bool writes, string name, MarkerType marker, double size, OxyColor color)
    {
        var dots = new ScatterSeries { Title = name, MarkerType = marker, MarkerSize = size, MarkerFill = color };
        dots.Points.AddRange(
            from access in array.Accesses
            where access.IsWrite == writes
            let thread = (access.Group.X + launch.GridDim.X * (access.Group.Y + launch.GridDim.Y * access.Group.Z)) * launch.GroupDim.Size
                + access.Lane
            from place in Enumerable.Range(0, access.Bytes / AccessedArray.ElementBytes)
                .Select(i => (Element: access.Offset / AccessedArray.ElementBytes + i, Thread: thread)).Distinct()
            select new ScatterPoint(place.Element, place.Thread));
        return dots;
    }

    private static LinearAxis Axis(AxisPosition position, string title, long last) => new()
    {
        Position = position, Title = title, Minimum = -0.7, Maximum = last + 0.7, MinimumMajorStep = 1, MinorTickSize = 0,
        MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = OxyColor.FromRgb(0xE3, 0xE6, 0xEA),
    };
}
