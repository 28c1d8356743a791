using System.Text.RegularExpressions;

namespace VaeGpu.Tests.Host;

/// <summary>The links of the pages lead somewhere.</summary>
public sealed partial class LinkTests
{
    internal static IEnumerable<string> Pages =>
        Directory.GetFiles(ReadmeTests.Root, "*.md").Concat(Directory.GetFiles(Path.Combine(ReadmeTests.Root, "docs"), "*.md"))
            .Select(page => Path.GetRelativePath(ReadmeTests.Root, page).Replace('\\', '/')).Order();

    [TestCaseSource(nameof(Pages))]
    public void Every_relative_link_leads_to_a_file_and_to_a_heading_of_it(string page)
    {
        string path = Path.Combine(ReadmeTests.Root, page);
        Assert.Multiple(() =>
        {
            foreach (Match link in Link().Matches(Code().Replace(File.ReadAllText(path), "")))
            {
                string[] target = link.Groups[1].Value.Split('#');
                string file = target[0].Length == 0 ? path : Path.Combine(Path.GetDirectoryName(path)!, target[0]);
                Assert.That(Path.Exists(file), $"{page}: {link.Value} leads to no file.");
                if (target.Length > 1 && File.Exists(file))
                    Assert.That(Anchors(File.ReadAllText(file)), Has.Member(target[1]), $"{page}: {link.Value} leads to no heading.");
            }
        });
    }

    [Test]
    public void A_page_is_led_to_by_another() =>
        Assert.That(
            Pages.Where(page => page.StartsWith("docs/", StringComparison.Ordinal)),
            Is.SubsetOf(Pages.SelectMany(page => Link().Matches(File.ReadAllText(Path.Combine(ReadmeTests.Root, page)))
                .Select(link => Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value.Split('#')[0]).Replace('\\', '/')))));

    /// <summary>The anchors of a page's headings, as GitHub makes them.</summary>
    private static IEnumerable<string> Anchors(string page) => Heading().Matches(page)
        .Select(heading => NotInAnchors().Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?![a-z]+:)([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]+`(?!\]\()", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
