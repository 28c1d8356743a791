using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using VaeGpu.Training.Diagnostics.Catalogue;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Host.Pictures;

/// <summary>
/// Draws a profile as SVG and PNG: the step as a bar, launch behind launch, and below it the roofline, with a dot for each launch. A
/// color stands for a kernel, a number for the launch of that number.
/// </summary>
public static class ProfileChart
{
    private const double Width = 1000, BarHeight = 230, RooflineHeight = 470;

    /// <summary>Launches that take less of the step have no number in the bar, where there is no room for it.</summary>
    private const double LeastNumbered = 0.012;

    private static readonly OxyColor[] colors =
    [
        .. new uint[]
        {
            0x2563EB, 0xEA580C, 0x059669, 0x9333EA, 0xDC2626, 0x0891B2, 0xCA8A04, 0xDB2777, 0x65A30D, 0x475569, 0x7C3AED, 0x92400E,
        }.Select(rgb => OxyColor.FromUInt32(0xFF000000 | rgb)),
    ];

    /// <summary>
    /// Writes the picture to <paramref name="path"/>, SVG, and beside it as PNG; the roofline is left out where the device has no
    /// limits, or nothing is counted.
    /// </summary>
    /// <returns>Why there is no PNG, if there is none.</returns>
    /// <exception cref="IOException">A file cannot be written; an older one at that path is left as it was.</exception>
    public static IReadOnlyList<string> Write(string path, string title, StepProfile profile)
    {
        string[] kernels = [.. profile.Launches.Select(Kernel).Distinct()];
        OxyColor ColorOf(LaunchProfile launch) => colors[Array.IndexOf(kernels, Kernel(launch)) % colors.Length];
        var bar = (Bar(title, profile, kernels, ColorOf), new OxyRect(0, 0, Width, BarHeight));
        if (profile.Launches.All(launch => launch is not { Limits: not null, FlopsPerSecond: > 0 }))
            return ChartFile.Write(path, Width, BarHeight, bar);
        return ChartFile.Write(
            path, Width, BarHeight + RooflineHeight, bar,
            (Roofline(profile, ColorOf), new OxyRect(0, BarHeight, Width, RooflineHeight)));
    }

    private static string Kernel(LaunchProfile launch) => KernelCatalogue.Plain(launch.Kernel);

    private static IPlotModel Bar(string title, StepProfile profile, string[] kernels, Func<LaunchProfile, OxyColor> colorOf)
    {
        PlotModel panel = ChartFile.Create(title);
        panel.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "ms", Minimum = 0, MaximumPadding = 0.01,
            MinorTickSize = 0 });
        panel.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Minimum = 0, Maximum = 1, IsAxisVisible = false });
        panel.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.TopCenter,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        double whole = profile.Launches.Sum(launch => launch.Seconds.Median), start = 0;
        var bars = kernels.ToDictionary(kernel => kernel, kernel => new RectangleBarSeries { Title = kernel, StrokeThickness = 0.5 });
        foreach (LaunchProfile launch in profile.Launches)
        {
            double end = start + 1e3 * launch.Seconds.Median;
            RectangleBarSeries bar = bars[Kernel(launch)];
            (bar.FillColor, bar.StrokeColor) = (colorOf(launch), OxyColors.White);
            bar.Items.Add(new RectangleBarItem(start, 0.1, end, 0.9));
            if (launch.Seconds.Median >= LeastNumbered * whole)
                panel.Annotations.Add(Number(launch, (start + end) / 2, 0.5, OxyColors.White));
            start = end;
        }
        foreach (RectangleBarSeries bar in bars.Values)
            panel.Series.Add(bar);
        return panel;
    }

    private static IPlotModel Roofline(StepProfile profile, Func<LaunchProfile, OxyColor> colorOf)
    {
        PlotModel panel = ChartFile.Create("");
        LaunchProfile[] shown = [.. profile.Launches.Where(launch => launch is { Limits: not null, FlopsPerSecond: > 0 })];
        double peak = profile.Limits.FlopsPerSecond / 1e9;
        double[] bandwidths = [.. profile.Limits.Bandwidths.Values.Select(bytes => bytes / 1e9)];
        double left = Math.Min(0.1, shown.Min(launch => launch.Intensity!.Value) / 2);
        double right = Math.Max(2 * peak / bandwidths.Min(), 2 * shown.Max(launch => launch.Intensity!.Value));
        AddAxis(AxisPosition.Bottom, "operations for each byte", left, right);
        double bottom = shown.Min(launch => launch.FlopsPerSecond!.Value) / 2e9;
        AddAxis(AxisPosition.Left, "GFLOP/s", bottom, 2 * peak);
        double[] drawn = [.. new[] { bandwidths.Max(), bandwidths.Min() }.Distinct()];
        foreach (double bandwidth in drawn)
        {
            var roof = new LineSeries { Color = OxyColor.FromRgb(0x64, 0x74, 0x8B), StrokeThickness = 1.5 };
            roof.Points.AddRange([new(left, left * bandwidth), new(peak / bandwidth, peak), new(right, peak)]);
            panel.Series.Add(roof);
            // The text ends where it touches the roof, which falls away to its left.
            double end = left * Math.Pow(right / left, 0.12);
            panel.Annotations.Add(Text($"{bandwidth:0} GB/s", end, end * bandwidth, HorizontalAlignment.Right));
        }
        panel.Annotations.Add(Text($"{peak:0} GFLOP/s", right / 1.2, peak, HorizontalAlignment.Right));
        var labels = new List<TextAnnotation>();
        foreach (LaunchProfile launch in shown)
        {
            var dot = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerFill = colorOf(launch),
                MarkerSize = 4 + 12 * Math.Sqrt(launch.Share) };
            (double x, double y) = (launch.Intensity!.Value, launch.FlopsPerSecond!.Value / 1e9);
            dot.Points.Add(new(x, y));
            panel.Series.Add(dot);
            if (labels.FirstOrDefault(other => IsBeside(other.TextPosition, x, y)) is { } label)
            {
                label.Text += FormattableString.Invariant($", {launch.Number}");
                continue;
            }
            TextAnnotation number = Number(launch, x, y, OxyColors.Black);
            // Beside the dot.
            (number.TextHorizontalAlignment, number.Offset) = (HorizontalAlignment.Left, new(dot.MarkerSize + 1, 0));
            labels.Add(number);
            panel.Annotations.Add(number);
        }
        return panel;

        // Too near for a label of its own: numbers would cover each other.
        bool IsBeside(DataPoint other, double x, double y) =>
            Math.Abs(Math.Log(x / other.X)) * Width < 18 * Math.Log(right / left)
                && Math.Abs(Math.Log(y / other.Y)) * RooflineHeight < 10 * Math.Log(2 * peak / bottom);

        void AddAxis(AxisPosition position, string title, double least, double most) => panel.Axes.Add(new LogarithmicAxis
        {
            Position = position, Title = title, Minimum = least, Maximum = most, AxisTitleDistance = 8,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = OxyColor.FromRgb(0xE3, 0xE6, 0xEA),
        });
    }

    private static TextAnnotation Number(LaunchProfile launch, double x, double y, OxyColor color)
    {
        TextAnnotation number = Text($"{launch.Number}", x, y, HorizontalAlignment.Center);
        (number.TextColor, number.TextVerticalAlignment, number.FontSize) = (color, VerticalAlignment.Middle, 10);
        return number;
    }

    private static TextAnnotation Text(FormattableString text, double x, double y, HorizontalAlignment side) => new()
    {
        Text = FormattableString.Invariant(text), TextPosition = new(x, y), StrokeThickness = 0, TextHorizontalAlignment = side,
        TextVerticalAlignment = VerticalAlignment.Bottom,
    };
}
