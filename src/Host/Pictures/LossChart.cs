using System.Text;
using System.Xml;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace VaeGpu.Host.Pictures;

/// <summary>
/// What one epoch reached: the loss on the images trained on and on those held out, and the two terms of the latter,
/// reconstruction −E[log p(x∣z)] and KL(q(z∣x) ∥ p(z)). A value that is no number is not drawn.
/// </summary>
public readonly record struct EpochLoss(int Epoch, double Train, double Test, double Reconstruction, double Kl);

/// <summary>Draws the losses of a training run as SVG and PNG: the loss at left, its two terms at right.</summary>
public static class LossChart
{
    private const double PanelWidth = 520;
    private const double Height = 420;

    /// <summary>Up to so many epochs each gets a dot.</summary>
    private const int Dotted = 40;

    /// <summary>
    /// Writes the chart of <paramref name="epochs"/>, in their order, to <paramref name="path"/>, SVG, and beside it as PNG;
    /// <paramref name="unit"/> is that of the losses, such as "nats per image".
    /// </summary>
    /// <returns>Why there is no PNG, if there is none.</returns>
    /// <exception cref="ArgumentException">There is no epoch, or the epochs do not ascend.</exception>
    /// <exception cref="IOException">A file cannot be written; an older one at that path is left as it was.</exception>
    public static IReadOnlyList<string> Write(string path, string title, string unit, IReadOnlyList<EpochLoss> epochs)
    {
        if (epochs.Count == 0)
            throw new ArgumentException("A chart needs at least one epoch.", nameof(epochs));
        if (epochs.Zip(epochs.Skip(1)).Any(pair => pair.First.Epoch >= pair.Second.Epoch))
            throw new ArgumentException("The epochs must ascend.", nameof(epochs));
        PlotModel[] panels =
        [
            Panel(string.Concat(title.EnumerateRunes().Where(IsXml)), unit, epochs),
            Panel("Terms of the test loss", unit, epochs),
        ];
        AddLine(panels[0], "train", OxyColor.FromRgb(0x25, 0x63, 0xEB), epochs, epoch => epoch.Train);
        AddLine(panels[0], "test", OxyColor.FromRgb(0xEA, 0x58, 0x0C), epochs, epoch => epoch.Test);
        AddLine(panels[1], "reconstruction", OxyColor.FromRgb(0x05, 0x96, 0x69), epochs, epoch => epoch.Reconstruction);
        AddLine(panels[1], "KL", OxyColor.FromRgb(0x93, 0x33, 0xEA), epochs, epoch => epoch.Kl);
        return ChartFile.Write(
            path, panels.Length * PanelWidth, Height,
            [.. panels.Select((panel, i) => ((IPlotModel)panel, new OxyRect(i * PanelWidth, 0, PanelWidth, Height)))]);
    }

    private static PlotModel Panel(string title, string unit, IReadOnlyList<EpochLoss> epochs)
    {
        PlotModel panel = ChartFile.Create(title);
        var room = epochs.Count == 1 ? 0.5 : 0.02 * ((double)epochs[^1].Epoch - epochs[0].Epoch);
        panel.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom, Title = "epoch", AxisTitleDistance = 6, MinimumMajorStep = 1, MinorTickSize = 0,
            Minimum = epochs[0].Epoch - room, Maximum = epochs[^1].Epoch + room,
        });
        panel.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left, Title = unit, AxisTitleDistance = 12, MajorGridlineStyle = LineStyle.Solid, MinorTickSize = 0,
            MajorGridlineColor = OxyColor.FromRgb(0xE3, 0xE6, 0xEA), MinimumPadding = 0.05, MaximumPadding = 0.05,
        });
        panel.Legends.Add(new Legend { LegendPosition = LegendPosition.TopRight, LegendBackground = OxyColors.White });
        return panel;
    }

    private static void AddLine(
        PlotModel panel, string name, OxyColor color, IReadOnlyList<EpochLoss> epochs, Func<EpochLoss, double> value)
    {
        double[] values = [.. epochs.Select(epoch => Math.Abs(value(epoch)) <= float.MaxValue ? value(epoch) : double.NaN)];
        // Floats do not differ by less than a millionth.
        var least = values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max() * 1e-6;
        panel.Axes[1].MinimumRange = new[] { panel.Axes[1].MinimumRange, least, 1e-6 }.Max();
        var line = new LineSeries { Title = name, Color = color };
        var dots = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerSize = 2.8, MarkerFill = color };
        for (var i = 0; i < values.Length; i++)
        {
            line.Points.Add(new DataPoint(epochs[i].Epoch, values[i]));
            // A point between two gaps would not be seen.
            var alone = (i == 0 || double.IsNaN(values[i - 1])) && (i == values.Length - 1 || double.IsNaN(values[i + 1]));
            if (double.IsFinite(values[i]) && (alone || values.Length <= Dotted))
                dots.Points.Add(new ScatterPoint(epochs[i].Epoch, values[i]));
        }
        panel.Series.Add(line);
        panel.Series.Add(dots);
    }

    /// <summary>XML 1.0 has no place for control characters, not even escaped.</summary>
    private static bool IsXml(Rune rune) => rune.Value >= 0x10000 || XmlConvert.IsXmlChar((char)rune.Value);
}
