using System.Text;
using System.Xml;
using VaeGpu.Training;

namespace VaeGpu.Host.Pictures;

/// <summary>
/// What one epoch reached: the loss on the images trained on and on those held out, and the two terms of the latter,
/// reconstruction −E[log p(x∣z)] and KL(q(z∣x) ∥ p(z)). A value that is no number is not drawn.
/// </summary>
public readonly record struct EpochLoss(int Epoch, double Train, double Test, double Reconstruction, double Kl);

/// <summary>
/// Draws the losses of a training run as an SVG picture that needs no other file: the loss at left, its two terms at right.
/// </summary>
public static class LossChart
{
    private const int Width = 1040;
    private const int Height = 420;

    /// <summary>
    /// Writes the chart of <paramref name="epochs"/>, in their order, to <paramref name="path"/>; <paramref name="unit"/> is that of the
    /// losses, such as "nats per image".
    /// </summary>
    /// <exception cref="ArgumentException">There is no epoch, or the epochs do not ascend.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public static void Write(string path, string title, string unit, IReadOnlyList<EpochLoss> epochs)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(epochs);
        if (epochs.Count == 0)
            throw new ArgumentException("A chart needs one epoch at least.", nameof(epochs));
        if (epochs.Zip(epochs.Skip(1)).Any(pair => pair.First.Epoch >= pair.Second.Epoch))
            throw new ArgumentException("The epochs must ascend.", nameof(epochs));
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" };
        AtomicFile.Write(path, stream =>
        {
            using var svg = XmlWriter.Create(stream, settings);
            Draw(svg, string.Concat(title.EnumerateRunes().Where(IsXml)), unit, epochs);
        });
    }

    private static void Draw(XmlWriter svg, string title, string unit, IReadOnlyList<EpochLoss> epochs)
    {
        svg.WriteStartElement("svg", "http://www.w3.org/2000/svg");
        svg.WriteAttributeString("viewBox", $"0 0 {Width} {Height}");
        svg.WriteAttributeString("width", $"{Width}");
        svg.WriteAttributeString("height", $"{Height}");
        svg.WriteAttributeString("font-family", "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif");
        svg.WriteAttributeString("font-size", "12");
        svg.WriteAttributeString("fill", "#374151");
        svg.WriteElementString("title", title);
        svg.WriteStartElement("rect");
        svg.WriteAttributeString("width", "100%");
        svg.WriteAttributeString("height", "100%");
        svg.WriteAttributeString("fill", "#ffffff");
        svg.WriteEndElement();
        svg.WriteStartElement("text");
        svg.WriteAttributeString("x", "24");
        svg.WriteAttributeString("y", "32");
        svg.WriteAttributeString("font-size", "18");
        svg.WriteAttributeString("font-weight", "600");
        svg.WriteString(title);
        svg.WriteEndElement();
        ChartLine[] losses =
        [
            new("train", "#2563eb", Points(epochs, epoch => epoch.Train)),
            new("test", "#ea580c", Points(epochs, epoch => epoch.Test)),
        ];
        ChartLine[] terms =
        [
            new("reconstruction", "#059669", Points(epochs, epoch => epoch.Reconstruction)),
            new("KL", "#9333ea", Points(epochs, epoch => epoch.Kl)),
        ];
        DrawPanel(svg, 84, "Loss", unit, losses, epochs);
        DrawPanel(svg, 604, "Terms of the test loss", unit, terms, epochs);
        svg.WriteEndElement();
    }

    private static void DrawPanel(XmlWriter svg, double left, string title, string unit, ChartLine[] lines, IReadOnlyList<EpochLoss> epochs)
    {
        var x = ChartAxis.OfWhole(epochs[0].Epoch, epochs[^1].Epoch);
        var y = ChartAxis.Of(lines.SelectMany(line => line.Points).Select(point => point.Y));
        new LinePanel(svg, left, top: 84, width: 412, height: 276).Draw(title, "epoch", unit, x, y, lines);
    }

    private static List<(double X, double Y)> Points(IReadOnlyList<EpochLoss> epochs, Func<EpochLoss, double> value) =>
        [.. epochs.Select(epoch => ((double)epoch.Epoch, value(epoch)))];

    /// <summary>XML 1.0 has no place for control characters, not even escaped.</summary>
    private static bool IsXml(Rune rune) => rune.Value >= 0x10000 || XmlConvert.IsXmlChar((char)rune.Value);
}
