using System.CommandLine;
using VaeGpu.Bench.CommandLine;
using VaeGpu.Bench.Figures;

namespace VaeGpu.Bench.Tables;

/// <summary>The command "tables": what "figures --json" wrote, on one machine or on several, as tables.</summary>
internal static class TablesCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Files that \"figures --json\" wrote; a figure that is in several of one machine is that of the last",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> page = CommonOptions.Page();
        Option<bool> allowUnquiet = CommonOptions.AllowUnquiet();
        var command = new Command("tables", "Prints measured figures as Markdown tables, those of several machines side by side")
        {
            files, page, allowUnquiet,
        };
        command.SetAction(result => Run(
            result.GetRequiredValue(files), CommonOptions.PageAt(result.GetValue(page)), result.GetValue(allowUnquiet)));
        return command;
    }

    private static int Run(string[] files, Page? page, bool allowUnquiet)
    {
        Row[] rows = Latest(files.SelectMany(Row.Load));
        List<(string Part, string Text)> parts = [];
        List<string> whole = ["## Figures", "", Report.Method];
        foreach (string name in FiguresCommand.PartNames.Where(name => rows.Any(row => row.Part == name)))
        {
            string table = string.Join('\n', Markdown.Table([.. rows.Where(row => row.Part == name)]));
            parts.Add((name, table));
            whole.AddRange(["", $"### {FiguresCommand.TitleOf(name)}", "", table]);
        }
        foreach (string line in whole)
            Console.WriteLine(line);
        if (page is null)
            return 0;
        Report.ThrowIfUnquiet(page, rows, allowUnquiet);
        page.Write(parts, string.Join('\n', whole) + "\n");
        ScalingChart.WriteBeside(page, rows);
        return 0;
    }

    /// <summary>Each figure of a machine once, where it first stood.</summary>
    private static Row[] Latest(IEnumerable<Row> rows) =>
        [.. rows.GroupBy(row => (row.Machine, row.Part, row.What, row.Device, row.Size, row.Unit)).Select(same => same.Last())];
}
