using System.Globalization;
using System.Xml;

namespace VaeGpu.Host.Pictures;

/// <summary>
/// A line of a chart: its name in the legend, its colour, and points (x, y) from left to right. A y that is no number is a gap.
/// </summary>
internal sealed record ChartLine(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Draws one panel of a chart as SVG: title, grid, axes, lines and legend, in a box of Width × Height at (Left, Top).</summary>
internal sealed class LinePanel(XmlWriter svg, double left, double top, double width, double height)
{
    /// <summary>About the width of a letter, in a font that is the viewer's own.</summary>
    private const double Letter = 7;

    /// <summary>Up to so many points each gets a dot.</summary>
    private const int Dotted = 40;

    public void Draw(string title, string xTitle, string yTitle, ChartAxis x, ChartAxis y, IReadOnlyList<ChartLine> lines)
    {
        Text(left, top - 14, title, "start", ("font-size", "14"), ("font-weight", "600"));
        foreach (var tick in y.Ticks)
        {
            Line(left, Y(y, tick), left + width, Y(y, tick), "#e3e6ea");
            Text(left - 8, Y(y, tick) + 4, y.Label(tick), "end");
        }
        foreach (var tick in x.Ticks)
        {
            Line(X(x, tick), top + height, X(x, tick), top + height + 5, "#6b7280");
            Text(X(x, tick), top + height + 19, x.Label(tick), "middle");
        }
        Line(left, top + height, left + width, top + height, "#6b7280");
        Line(left, top, left, top + height, "#6b7280");
        Text(left + width / 2, top + height + 40, xTitle, "middle");
        var (turnX, turnY) = (left - 58, top + height / 2);
        Text(turnX, turnY, yTitle, "middle", ("transform", $"rotate(-90 {Number(turnX)} {Number(turnY)})"));
        foreach (var line in lines)
            DrawLine(line, x, y);
        DrawLegend(lines);
    }

    private double X(ChartAxis axis, double value) => left + axis.Share(value) * width;

    private double Y(ChartAxis axis, double value) => top + (1 - axis.Share(value)) * height;

    private void DrawLine(ChartLine line, ChartAxis x, ChartAxis y)
    {
        var run = new List<(double X, double Y)>();
        foreach (var point in line.Points)
            if (ChartAxis.CanDraw(point.Y))
                run.Add((X(x, point.X), Y(y, point.Y)));
            else
                EndRun(run, line);
        EndRun(run, line);
    }

    /// <summary>Draws the points since the last gap. A point alone is a dot, or it would not be seen.</summary>
    private void EndRun(List<(double X, double Y)> run, ChartLine line)
    {
        if (run.Count > 1)
            Element(
                "polyline",
                ("points", string.Join(' ', run.Select(point => $"{Number(point.X)},{Number(point.Y)}"))),
                ("fill", "none"), ("stroke", line.Colour), ("stroke-width", "2"), ("stroke-linejoin", "round"));
        if (run.Count == 1 || line.Points.Count <= Dotted)
            foreach (var point in run)
                Element("circle", ("cx", Number(point.X)), ("cy", Number(point.Y)), ("r", "2.8"), ("fill", line.Colour));
        run.Clear();
    }

    /// <summary>Names the lines above the panel, where no line runs; the last ends at its right side.</summary>
    private void DrawLegend(IReadOnlyList<ChartLine> lines)
    {
        var right = left + width;
        foreach (var line in lines.Reverse())
        {
            Line(right - 22, top - 18, right, top - 18, line.Colour, "3");
            Text(right - 29, top - 14, line.Name, "end");
            right -= 50 + Letter * line.Name.Length;
        }
    }

    private void Line(double x1, double y1, double x2, double y2, string colour, string thickness = "1") =>
        Element(
            "line", ("x1", Number(x1)), ("y1", Number(y1)), ("x2", Number(x2)), ("y2", Number(y2)),
            ("stroke", colour), ("stroke-width", thickness));

    private void Text(double x, double y, string text, string anchor, params (string Name, string Value)[] more)
    {
        svg.WriteStartElement("text");
        Attributes([("x", Number(x)), ("y", Number(y)), ("text-anchor", anchor), .. more]);
        svg.WriteString(text);
        svg.WriteEndElement();
    }

    private void Element(string name, params (string Name, string Value)[] attributes)
    {
        svg.WriteStartElement(name);
        Attributes(attributes);
        svg.WriteEndElement();
    }

    private void Attributes((string Name, string Value)[] attributes)
    {
        foreach (var (name, value) in attributes)
            svg.WriteAttributeString(name, value);
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
