using OxyPlot;

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
        double first = epochs[0].Epoch, last = epochs[^1].Epoch;
        PlotModel[] panels =
        [
            CurvePanel.Create(title, "epoch", unit, first, last), CurvePanel.Create("Terms of the test loss", "epoch", unit, first, last),
        ];
        AddLine(panels[0], "train", OxyColor.FromRgb(0x25, 0x63, 0xEB), epoch => epoch.Train);
        AddLine(panels[0], "test", OxyColor.FromRgb(0xEA, 0x58, 0x0C), epoch => epoch.Test);
        AddLine(panels[1], "reconstruction", OxyColor.FromRgb(0x05, 0x96, 0x69), epoch => epoch.Reconstruction);
        AddLine(panels[1], "KL", OxyColor.FromRgb(0x93, 0x33, 0xEA), epoch => epoch.Kl);
        return ChartFile.Write(
            path, panels.Length * PanelWidth, Height,
            [.. panels.Select((panel, i) => ((IPlotModel)panel, new OxyRect(i * PanelWidth, 0, PanelWidth, Height)))]);

        void AddLine(PlotModel panel, string name, OxyColor color, Func<EpochLoss, double> value) =>
            CurvePanel.AddLine(panel, name, color, [.. epochs.Select(epoch => new DataPoint(epoch.Epoch, value(epoch)))]);
    }
}
