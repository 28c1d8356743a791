using System.Text.RegularExpressions;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Docs;

/// <summary>Lines are no longer than .editorconfig says.</summary>
public sealed partial class LineTests
{
    private const int Most = 140;

    [TestCase("src")]
    [TestCase("tests")]
    [TestCase("bench")]
    [TestCase("samples")]
    public void A_line_of_code_has_at_most_140_characters(string folder) =>
        Assert.That(
            Directory.GetFiles(Path.Combine(ReadmeTests.Root, folder), "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
                .SelectMany(file => TooLong(file, File.ReadLines(file))),
            Is.Empty);

    /// <summary>Written by hand, and prose: tables, code and what is to be typed cannot be broken.</summary>
    private static IEnumerable<string> Pages => LinkTests.Pages.Where(page => page != "docs/benchmarks.md");

    [TestCaseSource(nameof(Pages))]
    public void A_line_of_prose_has_at_most_140_characters(string page)
    {
        string text = Code().Replace(File.ReadAllText(Path.Combine(ReadmeTests.Root, page)), "");
        Assert.That(TooLong(page, text.Split('\n')), Is.Empty);
    }

    private static IEnumerable<string> TooLong(string file, IEnumerable<string> lines) =>
        lines.Where(line => line.Length > Most && !line.Contains("<inheritdoc cref=")).Select(line => $"{Path.GetFileName(file)}: {line}");

    [GeneratedRegex(
        "^```.*?^```$|^<!-- help: begin -->.*^<!-- help: end -->$|^(\\||    ).*?$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();
}
