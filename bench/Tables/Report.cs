using System.Globalization;
using System.Text;
using VaeGpu.Bench.CommandLine;
using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Tables;

/// <summary>What a run measures: its tables are printed as they come, and all rows are kept for files.</summary>
internal sealed class Report(Provenance provenance)
{
    private static readonly Effort full = Effort.Full, quick = Effort.Quick;
    private readonly StringBuilder text = new();
    private readonly List<Row> rows = [];
    private readonly List<(string Part, string Text)> parts = [];
    private readonly List<(Figure, Goal)> held = [];
    private readonly Dictionary<string, double> bestPeaks = [];
    private readonly Neighbors neighbors = new();

    /// <summary>How figures are measured, in words.</summary>
    public static string Method { get; } =
        $"Each figure is the median of {full.Rounds} samples of at least {full.SampleSeconds * 1e3:0} ms each (with `--quick` "
        + $"{quick.Rounds} of {quick.SampleSeconds * 1e3:0} ms), with the quartiles in parentheses. Sides that are compared, and the peak "
        + "beside a figure, are sampled in turn in the same run, every second round backwards; a ratio is the median, with the quartiles, "
        + "of the rounds' ratios, and a note says where the ratio of the medians lies outside of them. Compilation and warm-up come before "
        + "the first sample. The peak of operations is that of independent chains of fused multiply-adds on as many threads, "
        + "hand-written at the device's vector width, half of them with an operand from the first cache; a fused multiply-add is two. "
        + "The peak of bytes is that of the system's copy of as much memory, which kernels that write where they read can exceed. "
        + "A row is unquiet if other processes kept more than "
        + $"{Neighbors.Quiet.ToString(CultureInfo.InvariantCulture)} cores busy, if more than the peak of operations was reached, or if "
        + string.Create(CultureInfo.InvariantCulture, $"that peak was less than {Row.LeastOfBest:0 %} of its best in the run. ")
        + "Commit: '+' means with changes that are not committed.";

    /// <summary>Whether one of the figures failed.</summary>
    public bool HasFailures { get; private set; }

    /// <summary>All rows so far.</summary>
    public IReadOnlyList<Row> Rows => rows;

    /// <summary>The title and how everything is measured.</summary>
    public void Open(string title)
    {
        Line($"## {title}");
        Line("");
        Line(Method);
    }

    /// <summary>The figures of a part, its table printed when all are measured; the error stream has each as it comes.</summary>
    public void Section(string part, string title, IEnumerable<Figure> figures)
    {
        List<Row> section = [];
        try
        {
            foreach (Figure figure in figures)
                Add(section, part, figure);
        }
        catch (Exception e) when (e is not CommandException)
        {
            // One part must not cost those that come after it.
            Add(section, part, Figure.OfFailure(title, "–", "–", e));
        }
        section = [.. section.Select(row => bestPeaks.TryGetValue(row.Device, out double best) ? row.AgainstBest(best) : row)];
        Line("");
        Line($"### {title}");
        Line("");
        string[] lines = [.. Markdown.Table(section)];
        Array.ForEach(lines, Line);
        rows.AddRange(section);
        parts.Add((part, string.Join('\n', lines)));
    }

    /// <summary>A line for each goal of the figures so far, if they have any: whether it is met.</summary>
    public void Goals()
    {
        if (held.Count == 0)
            return;
        Line("");
        Line("### Goals");
        Line("");
        foreach ((Figure figure, Goal goal) in held)
            Line($"- {(goal.IsMet ? "met" : "missed")}: {figure.What}, {figure.Size}, {figure.Device}: {goal.Wanted}: {goal.Got}");
    }

    /// <summary>A line of text or of a table.</summary>
    public void Line(string line)
    {
        Console.WriteLine(line);
        text.Append(line).Append('\n');
    }

    /// <summary>Writes rows and tables to the files that were asked for.</summary>
    /// <exception cref="CommandException">Unquiet figures were to go into the documentation.</exception>
    public void Save(string? json, Page? page, bool allowUnquiet)
    {
        if (json is not null)
            Row.Save(json, rows);
        if (page is null)
            return;
        ThrowIfUnquiet(page, rows, allowUnquiet);
        var tables = parts.GroupBy(part => part.Part, part => part.Text).Select(part => (part.Key, string.Join("\n\n", part)));
        page.Write(tables, text.ToString());
    }

    /// <summary>Keeps unquiet figures out of the documentation.</summary>
    /// <exception cref="CommandException">There are some.</exception>
    public static void ThrowIfUnquiet(Page page, IReadOnlyCollection<Row> rows, bool allowed)
    {
        int unquiet = rows.Count(row => !row.Quiet);
        if (unquiet > 0 && page.IsDocumentation && !allowed)
        {
            throw new CommandException(
                $"{unquiet} of {rows.Count} rows are unquiet: they do not go into the documentation. Measure again when nothing else runs "
                + "on the machine, or use --allow-unquiet.");
        }
    }

    private void Add(List<Row> section, string part, Figure figure)
    {
        Row row = Row.Of(part, figure, neighbors.BusyCores(), provenance);
        section.Add(row);
        if (row.PeakOfOperations is { } peak)
            bestPeaks[row.Device] = Math.Max(peak, bestPeaks.GetValueOrDefault(row.Device));
        Console.Error.WriteLine($"{part}: {Markdown.Sentence(row)}");
        held.AddRange(figure.Goals.Select(goal => (figure, goal)));
        HasFailures |= figure.Failed;
    }
}
