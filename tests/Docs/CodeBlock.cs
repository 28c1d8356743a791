using System.Text.RegularExpressions;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Docs;

/// <summary>A block of C# in a page of the documentation.</summary>
/// <param name="Page">The page's path from the repository's folder.</param>
/// <param name="Line">The line of the block's first line of code, from 1.</param>
/// <param name="Code">The code.</param>
/// <param name="Introduction">What the page says between the heading or block before it and this block.</param>
internal sealed partial record CodeBlock(string Page, int Line, string Code, string Introduction)
{
    /// <summary>The blocks of the README and of every page in docs.</summary>
    public static IReadOnlyList<CodeBlock> All { get; } =
        [.. Directory.GetFiles(Path.Combine(ReadmeTests.Root, "docs"), "*.md").Select(Path.GetFileName).Order()
            .Select(page => $"docs/{page}")
            .Prepend("README.md").SelectMany(In)];

    /// <summary>The blocks of a page.</summary>
    public static IEnumerable<CodeBlock> In(string page)
    {
        string text = File.ReadAllText(Path.Combine(ReadmeTests.Root, page)).ReplaceLineEndings("\n");
        return Block().Matches(text).Select(block =>
        {
            Capture code = block.Groups[1];
            return new CodeBlock(page, text.AsSpan(0, code.Index).Count('\n') + 1, code.Value, Boundary().Split(text[..block.Index])[^1]);
        });
    }

    public override string ToString() => $"{Page}, line {Line}";

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^(?:#.*|```)\n", RegexOptions.Multiline)]
    private static partial Regex Boundary();
}
