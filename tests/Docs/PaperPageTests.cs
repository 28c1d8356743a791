using System.Text.RegularExpressions;
using VaeGpu.Host;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Papers;

namespace VaeGpu.Tests.Docs;

/// <summary>The page on published results: its verdicts are those of the command as it is.</summary>
public sealed partial class PaperPageTests
{
    private static IReadOnlyList<Paper> Papers => Paper.All;

    [Test]
    public void A_verdict_states_source_differences_and_tolerance_as_the_command_does([ValueSource(nameof(Papers))] Paper paper)
    {
        string page = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "papers.md")).ReplaceLineEndings("\n");
        string[] block = Verdicts().Matches(page).Single(block => block.Groups[1].Value == paper.Name).Groups[2].Value.Split('\n');
        var report = new PaperReport
        {
            Name = paper.Name, Title = paper.Title, Source = paper.Source, Differences = paper.Differences, Tolerance = paper.Tolerance,
            Form = null, Data = "any", IsOfMnist = true, Device = "", Date = "", Seconds = 0, Figures = [new("any", 0, 0)], Runs = [],
        };
        string[] stated = [.. PaperTable.Lines(report).TakeWhile(line => !line.StartsWith("data ", StringComparison.Ordinal))];
        Assert.Multiple(() =>
        {
            Assert.That(block.Take(stated.Length), Is.EqualTo(stated));
            Assert.That(block, Has.One.Match("^verdict "), "It was measured.");
            Assert.That(block, Has.One.StartsWith("device "));
        });
    }

    [GeneratedRegex(@"<!-- paper ([a-z0-9-]+): begin -->\n```text\n(.*?)\n```\n<!-- paper \1: end -->", RegexOptions.Singleline)]
    private static partial Regex Verdicts();
}
