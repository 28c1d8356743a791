using System.Globalization;
using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Tables;

/// <summary>Rows of one part as a table in Markdown; those of several machines stand side by side.</summary>
internal static class Markdown
{
    private const string None = "–";

    /// <summary>Where the rows come from, then the table.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<Row> rows)
    {
        string[] machines = [.. rows.Select(row => row.Machine).Distinct()];
        foreach (string line in Sources(rows, machines))
            yield return line;
        yield return "";
        Column[] columns =
        [
            .. rows.GroupBy(row => row.Machine).SelectMany(own => Columns([.. own], own.Key, MachineName(machines, own.Key))),
        ];
        yield return Line(["what", "device", "size", .. columns.Select(column => column.Title)]);
        yield return Line(["---", "---", "---", .. columns.Select(column => column.IsText ? "---" : "---:")]);
        foreach (var line in rows.GroupBy(row => (row.What, row.Device, row.Size)))
        {
            yield return Line([line.Key.What, line.Key.Device, line.Key.Size, .. columns.Select(column =>
                column.Text([.. line.Where(row => row.Machine == column.Machine)]) is { Length: > 0 } text ? text : None)]);
        }
    }

    /// <summary>A row in one line of text.</summary>
    public static string Sentence(Row row) => string.Join(", ", new[]
    {
        row.What, row.Device, row.Size, Value(row), Peer(row), Ratio(row) is { Length: > 0 } ratio ? $"{ratio} times as fast" : "",
        OfPeak(row), Notes([row]),
    }.Where(text => text.Length > 0));

    /// <summary>A line: machine, commit, day and command of each machine's rows.</summary>
    private static IEnumerable<string> Sources(IReadOnlyList<Row> rows, string[] machines)
    {
        bool first = true;
        foreach (string machine in machines)
        {
            string name = $"Machine {MachineName(machines, machine)}".TrimEnd();
            IEnumerable<Row> own = rows.Where(row => row.Machine == machine);
            foreach (var (commit, date, runtime, command) in own.Select(row => (row.Commit, row.Date, row.Runtime, row.Command)).Distinct())
            {
                if (!first)
                    yield return "";
                first = false;
                yield return $"{name}: {machine}. Measured on {date} at commit {commit} with {runtime} by `{command}`.";
            }
        }
    }

    /// <summary>"A", "B" …; empty where there is one machine.</summary>
    public static string MachineName(string[] machines, string machine) =>
        machines.Length == 1 ? "" : $"{(char)('A' + Array.IndexOf(machines, machine))}";

    /// <summary>The columns that say something.</summary>
    private static IEnumerable<Column> Columns(Row[] rows, string machine, string name)
    {
        string prefix = name.Length == 0 ? "" : $"{name}: ";
        Column[] all =
        [
            new(machine, $"{prefix}figure", OfEach(Value), false),
            new(machine, $"{prefix}peer", OfEach(Peer), false),
            new(machine, $"{prefix}times as fast", OfEach(Ratio), false),
            new(machine, $"{prefix}of peak", OfEach(OfPeak), false),
            new(machine, $"{prefix}notes", Notes, true),
        ];
        return all.Where((column, i) => i == 0 || column.Text(rows).Length > 0);
    }

    private static Func<Row[], string> OfEach(Func<Row, string> text) =>
        rows => string.Join("; ", rows.Select(text).Where(one => one.Length > 0));

    private static string Value(Row row) => row is { Value: { } value, Low: { } low, High: { } high, Unit: { } unit }
        ? Numbers.WithSpread(new(value, low, high), unit)
        : "";

    private static string Peer(Row row) => row is { PeerValue: { } value, PeerLow: { } low, PeerHigh: { } high, Unit: { } unit }
        ? $"{row.Peer}: {Numbers.WithSpread(new(value, low, high), unit)}"
        : "";

    private static string Ratio(Row row) => row is { Ratio: { } ratio, RatioLow: { } low, RatioHigh: { } high }
        ? Numbers.WithSpread(new(ratio, low, high), "")
        : "";

    private static string OfPeak(Row row) => row is { OfPeak: { } share, Peak: { } peak, Unit: { } unit }
        ? string.Create(CultureInfo.InvariantCulture, $"{share:0 %} of {Numbers.Three(peak)} {unit}")
        : "";

    private static string Notes(Row[] rows)
    {
        List<string> notes = [.. rows.Select(row => row.Note).Where(note => note.Length > 0).Distinct()];
        if (rows.Max(row => row.BusyCores) is { } busy && busy > Neighbors.Quiet)
            notes.Add($"**unquiet**: others kept {Numbers.Three(busy)} cores busy");
        if (rows.Any(row => row.ExceedsPeak))
            notes.Add("**unquiet**: above the peak");
        foreach (double other in rows.Select(row => row.OtherRatio).OfType<double>())
            notes.Add($"**the medians say {Numbers.Three(other)} times**");
        return string.Join(", ", notes);
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Select(cell => cell.Replace('|', '∣')))} |";

    private sealed record Column(string Machine, string Title, Func<Row[], string> Text, bool IsText);
}
