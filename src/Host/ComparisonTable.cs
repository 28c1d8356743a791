using VaeGpu.Host.Progress;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host;

/// <summary>Runs as the rows of a table. What does not fit beside the rest stands below, in a part with the runs' names again.</summary>
internal static class ComparisonTable
{
    private const int Width = 120, MostOfCell = 32;
    private const string Gap = "  ";

    /// <summary>What each run is called: the name of its folder, or where two have the same, the folder as it was named.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<ComparedRun> runs)
    {
        string[] last = [.. runs.Select(run => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Folder))))];
        return last.Distinct().Count() == last.Length ? last : [.. runs.Select(run => run.Folder)];
    }

    /// <summary>The lines of the table, and what a reader needs to know of them.</summary>
    public static IEnumerable<string> Lines(RunComparison comparison)
    {
        var runs = comparison.Runs;
        Column names = Column.Of("run", Names(runs), atRight: false);
        Column[] columns = [.. Settings(comparison), .. Results(runs)];
        for (int first = 0, count; first < columns.Length; first += count)
        {
            int width = names.Width;
            count = columns.Skip(first).TakeWhile((column, i) => (width += Gap.Length + column.Width) <= Width || i == 0).Count();
            Column[] part = [names, .. columns.Skip(first).Take(count)];
            yield return Row(part, column => column.Heading);
            for (int i = 0; i < runs.Count; i++)
                yield return Row(part, column => column.Cells[i]);
            yield return "";
        }
        if (comparison.DifferingSettings.Count == 0)
            yield return "No setting differs.";
        yield return $"Losses are means over held-out data, in {string.Join(" or ", runs.Select(run => run.LossUnit).Distinct())}"
            + (runs.All(run => run.HasLikelihood) ? "; a loss is −ELBO." : ".");
        if (comparison.NotComparable.Count > 0)
            yield return $"The losses are not comparable: {string.Join(", and ", comparison.NotComparable)}.";
    }

    private static IEnumerable<Column> Settings(RunComparison comparison) => comparison.DifferingSettings.Select(
        name => Column.Of(name, comparison.Runs.Select(run => run.Settings[name]), atRight: false));

    private static IEnumerable<Column> Results(IReadOnlyList<ComparedRun> runs)
    {
        yield return Figures("best loss", run => run.Best is { } best ? Text($"{best.TestLoss:F3}") : null);
        yield return Figures("epoch", run => run.Best is { } best ? Text($"{best.Epoch}") : null);
        yield return Figures("last loss", run => run.Last is { } last ? Text($"{last.TestLoss:F3}") : null);
        yield return Figures("epoch", run => run.Last is { } last ? Text($"{last.Epoch}") : null);
        if (runs.Any(run => run.Evaluation is not null))
        {
            yield return Figures("ELBO", run => run.Evaluation?.Elbo is { } elbo ? Text($"{elbo:F3}") : null);
            yield return Figures("log p(x)", run => run.Evaluation is { LogLikelihood: { } log } report
                ? Text($"{log:F3} ± {report.LogLikelihoodStderr:F3}")
                : null);
            yield return Figures("active units", run => run.Evaluation is { } report
                ? Text($"{report.ActiveUnits} of {report.KlPerDimension.Count}")
                : null);
        }
        yield return Figures("time", run => ProgressText.Time(TimeSpan.FromSeconds(run.Seconds)));

        Column Figures(string heading, Func<ComparedRun, string?> cell) =>
            Column.Of(heading, runs.Select(run => cell(run) ?? "–"), atRight: true);
    }

    private static string Row(Column[] columns, Func<Column, string> cell) => string.Join(Gap, columns.Select(
        column => column.AtRight ? cell(column).PadLeft(column.Width) : cell(column).PadRight(column.Width))).TrimEnd();

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private sealed record Column(string Heading, string[] Cells, bool AtRight)
    {
        public int Width { get; } = Cells.Append(Heading).Max(cell => cell.Length);

        /// <summary>Of text that is too long the end is shown, where the names of folders differ.</summary>
        public static Column Of(string heading, IEnumerable<string> cells, bool atRight) =>
            new(heading, [.. cells.Select(cell => cell.Length <= MostOfCell ? cell : $"…{cell[^(MostOfCell - 1)..]}")], atRight);
    }
}
