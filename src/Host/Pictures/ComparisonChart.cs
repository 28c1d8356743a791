using OxyPlot;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Pictures;

/// <summary>Draws the held-out losses of several runs as SVG and PNG: over epochs at left, over the time of training at right.</summary>
internal static class ComparisonChart
{
    private const double PanelWidth = 620, Height = 460;

    private static readonly OxyColor[] Colors =
    [
        .. ((string[])["#2563EB", "#EA580C", "#059669", "#9333EA", "#DC2626", "#0891B2", "#A16207", "#DB2777"]).Select(OxyColor.Parse),
    ];

    /// <summary>The style of the first eight curves, of the next eight, and so on.</summary>
    private static readonly LineStyle[] Styles = [LineStyle.Solid, LineStyle.Dash, LineStyle.Dot, LineStyle.DashDot];

    /// <summary>Writes the chart to <paramref name="path"/>, SVG, and beside it as PNG; a run without an epoch has no curve.</summary>
    /// <param name="path">The file.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="names">What the legend calls them.</param>
    /// <returns>Why there is no PNG, if there is none.</returns>
    /// <exception cref="IOException">A file cannot be written; an older one at that path is left as it was.</exception>
    public static IReadOnlyList<string> Write(string path, IReadOnlyList<ComparedRun> runs, IReadOnlyList<string> names)
    {
        ReachedEpoch[] all = [.. runs.SelectMany(run => run.Epochs)];
        string unit = string.Join(" or ", runs.Select(run => run.LossUnit).Distinct());
        return ChartFile.Write(
            path, 2 * PanelWidth, Height,
            (Panel("Held-out loss over epochs", "epoch", true, epoch => epoch.Epoch), new OxyRect(0, 0, PanelWidth, Height)),
            (Panel("Held-out loss over time", "seconds of training", false, epoch => epoch.Seconds),
                new OxyRect(PanelWidth, 0, PanelWidth, Height)));

        PlotModel Panel(string title, string along, bool wholeSteps, Func<ReachedEpoch, double> place)
        {
            double[] places = [.. all.Select(place).DefaultIfEmpty()];
            PlotModel panel = CurvePanel.Create(title, along, unit, places.Min(), places.Max());
            panel.Axes[0].MinimumMajorStep = wholeSteps ? 1 : 0;
            foreach (var (i, run) in runs.Index().Where(entry => entry.Item.Epochs.Count > 0))
            {
                DataPoint[] points = [.. run.Epochs.Select(epoch => new DataPoint(place(epoch), epoch.TestLoss))];
                CurvePanel.AddLine(panel, names[i], Colors[i % Colors.Length], points, Styles[i / Colors.Length % Styles.Length]);
            }
            return panel;
        }
    }
}
