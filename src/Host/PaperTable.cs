using VaeGpu.Host.Progress;
using VaeGpu.Training.Papers;

namespace VaeGpu.Host;

/// <summary>Published results and verdicts on them as lines.</summary>
internal static class PaperTable
{
    private const int Width = 120, Indent = 12;

    /// <summary>A line for each result.</summary>
    public static IEnumerable<string> List()
    {
        int wide = Paper.All.Max(paper => paper.Name.Length) + 2;
        foreach (Paper paper in Paper.All)
        {
            IEnumerable<string> lines =
            [
                .. Entry(paper.Name, paper.Title, wide), .. Entry("", $"time: {paper.Time}", wide),
                .. paper.Full is null ? [] : Entry("", $"--full: {paper.Full}", wide),
            ];
            foreach (string line in lines)
                yield return line;
        }
        yield return "";
        yield return "vaegpu paper NAME reproduces a result on MNIST. The exit code is 0 where it was reproduced, and 1 where it was not.";
    }

    /// <summary>The verdict, with all that it rests on.</summary>
    public static IEnumerable<string> Lines(PaperReport report)
    {
        string data = report.IsOfMnist ? report.Data : $"{report.Data}; the published figures are of MNIST's 60,000 and 10,000";
        return
        [
            .. Entry("result", $"{report.Name}: {report.Title}"),
            .. Entry("source", report.Source),
            .. report.Differences.SelectMany((difference, i) => Entry(i == 0 ? "differs" : "", difference)),
            .. Entry("tolerance", report.Tolerance),
            .. Entry("data", data),
            .. Entry("device", report.Device),
            .. Entry("time", $"{ProgressText.Time(TimeSpan.FromSeconds(report.Seconds))} on {report.Date}"
                + (report.Form is null ? "" : $", {report.Form} form")),
            "",
            .. Figures(report.Figures),
            "",
            .. Entry("verdict", Verdict(report)),
        ];
    }

    /// <summary>The name of the result that a verdict is on, by its first line; null for another text.</summary>
    public static string? ResultOf(string line) => line.StartsWith("result ", StringComparison.Ordinal)
        ? line["result ".Length..].Split(':')[0].Trim()
        : null;

    private static string Verdict(PaperReport report) => report.Verdict switch
    {
        PaperVerdict.Reproduced => "reproduced: every figure that is compared lies within its tolerance",
        PaperVerdict.TrendOnly => "trend only: it is as published; levels of the short form are not comparable",
        _ => $"NOT reproduced: {Failing(report.Figures)}",
    };

    private static string Failing(IReadOnlyList<PaperFigure> figures)
    {
        int failing = figures.Count(figure => figure.Holds is false), compared = figures.Count(figure => figure.Holds is not null);
        return string.Create(CultureInfo.InvariantCulture, $"{failing} of {compared} figures that are compared lie outside");
    }

    private static IEnumerable<string> Figures(IReadOnlyList<PaperFigure> figures)
    {
        int wide = figures.Max(figure => figure.What.Length);
        yield return $"{"figure".PadRight(wide)}  {"measured",11}  {"reference",11}  {"tolerance",10}";
        foreach (PaperFigure figure in figures)
        {
            string tolerance = figure.Tolerance is { } most ? $"± {Number(most)}" : figure.Least is { } least ? $"≥ {Number(least)}" : "–";
            string holds = figure.Holds switch { true => "holds", false => "OUTSIDE", null => "not compared" };
            yield return
                $"{figure.What.PadRight(wide)}  {Number(figure.Measured),11}  {Number(figure.Reference),11}  {tolerance,10}  {holds}";
        }
    }

    /// <summary>Whole numbers as they are, others to two places, small ones to three digits.</summary>
    private static string Number(double value) => value.ToString(
        value == Math.Round(value) ? "0" : Math.Abs(value) < 1 ? "G3" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>A name and a text, whose further lines begin below its first word.</summary>
    private static IEnumerable<string> Entry(string name, string text, int indent = Indent)
    {
        var line = new StringBuilder(name.PadRight(indent));
        foreach (string word in text.Split(' '))
        {
            if (line.Length > indent && line.Length + word.Length >= Width)
            {
                yield return line.ToString().TrimEnd();
                line.Clear().Append(' ', indent);
            }
            line.Append(word).Append(' ');
        }
        yield return line.ToString().TrimEnd();
    }
}
