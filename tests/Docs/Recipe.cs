using System.Text.RegularExpressions;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Docs;

/// <summary>
/// What recipes tell a reader to write. The text before a block of code says where the code belongs: "Create `path`" is a new file; a
/// link to a source file is that file, where the code comes last in its first type, or with "at the end of `Member`" last in that member.
/// </summary>
internal static partial class Recipe
{
    /// <summary>The files of the repository after the recipes of some pages were followed: new contents by path.</summary>
    public static Dictionary<string, string> Follow(params string[] pages)
    {
        var files = new Dictionary<string, string>();
        foreach (CodeBlock block in pages.SelectMany(CodeBlock.In))
        {
            if (Created().Match(block.Introduction) is { Success: true } created)
                files.Add(created.Groups[1].Value, block.Code);
            else
            {
                Match link = SourceLink().Matches(block.Introduction).LastOrDefault() ?? throw new AssertionException(
                    $"{block}: the text before the block neither creates a file nor links to the source file that the code belongs to.");
                string path = link.Groups[1].Value;
                string text = files.GetValueOrDefault(path)
                    ?? File.ReadAllText(Path.Combine(ReadmeTests.Root, path)).ReplaceLineEndings("\n");
                Match member = MemberEnd().Match(block.Introduction);
                files[path] = text.Insert(End(text, member.Success ? member.Groups[1].Value : null, $"{block}, {path}"), block.Code);
            }
        }
        return files;
    }

    /// <summary>Where a member or the first type of a file ends: the line of its closing brace or bracket.</summary>
    private static int End(string text, string? member, string where)
    {
        string pattern = member is null ? "^(?=})" : $@"^    \w.*\b{member}\b(?s:.*?)\n(?=    [}}\]])";
        Match end = Regex.Match(text, pattern, RegexOptions.Multiline);
        Assert.That(end.Success, $"{where}: there is no {member ?? "type"}.");
        return end.Index + end.Length;
    }

    [GeneratedRegex(@"Create\s+`([^`]+\.cs)`")]
    private static partial Regex Created();

    [GeneratedRegex(@"\]\(\.\./([^)#]+\.cs)\)")]
    private static partial Regex SourceLink();

    [GeneratedRegex(@"at\s+the\s+end\s+of\s+`(\w+)`")]
    private static partial Regex MemberEnd();
}
