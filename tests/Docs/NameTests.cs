using System.Text.RegularExpressions;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Docs;

/// <summary>The names in the pages are those of the code: types, members, options, files, and filters of tests.</summary>
public sealed partial class NameTests
{
    private static readonly string CommandLine = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "cli.md"));

    /// <summary>Every word of the sources, and the names of ILGPU.</summary>
    private static readonly Lazy<HashSet<string>> Words = new(() =>
    [
        .. ((string[])["src", "tests", "bench", "samples"]).SelectMany(Sources).SelectMany(file => WordsOf(File.ReadAllText(file))),
        .. typeof(Context).Assembly.GetExportedTypes().SelectMany(type => type.GetMembers()).Select(member => member.Name),
    ]);

    /// <summary>The pages that describe the code as it is: the list of changes names what was.</summary>
    private static IEnumerable<string> Descriptions => LinkTests.Pages.Where(page => page != "CHANGELOG.md");

    [TestCaseSource(nameof(Descriptions))]
    public void Names_and_options_in_code_type_exist(string page)
    {
        string text = File.ReadAllText(Path.Combine(ReadmeTests.Root, page)).ReplaceLineEndings("\n");
        HashSet<string> own = [.. CodeBlock.In(page).SelectMany(block => WordsOf(block.Code))];
        string[] code = [.. Inline().Matches(Fenced().Replace(text, "")).Select(inline => inline.Groups[1].Value)];
        Assert.Multiple(() =>
        {
            foreach (string inline in code)
            {
                foreach (string name in Name().Matches(inline).Select(name => name.Value))
                    Assert.That(own.Contains(name) || Words.Value.Contains(name), $"{page}: `{inline}`: no source has the name {name}.");
                foreach (string option in Option().Matches(inline).Select(option => option.Value))
                    Assert.That(IsOption(option), $"{page}: `{inline}`: no command has {option}.");
                if (RepositoryPath().IsMatch(inline) && !text.Contains($"Create `{inline}`"))
                    Assert.That(Path.Exists(Path.Combine(ReadmeTests.Root, inline)), $"{page}: there is no {inline}.");
            }
        });
    }

    [TestCaseSource(nameof(Descriptions))]
    public void A_filter_of_tests_finds_some(string page)
    {
        string text = File.ReadAllText(Path.Combine(ReadmeTests.Root, page));
        string[] own = [.. CodeBlock.In(page).SelectMany(block => WordsOf(block.Code))];
        string[] tests = [.. typeof(NameTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Select(test => $"{test.DeclaringType}.{test.Name}")];
        string[] terms = [.. Filter().Matches(text).SelectMany(filter => filter.Groups[1].Value.Split('|'))];
        Assert.That(terms.Where(term => !own.Contains(term) && !Array.Exists(tests, test => test.Contains(term))), Is.Empty);
    }

    /// <summary>An option of the command line, or of another program: its first word stands in the sources.</summary>
    private static bool IsOption(string text) => CommandLine.Contains(text) || Words.Value.Contains(text[2..].Split('-')[0]);

    private static IEnumerable<string> Sources(string folder) =>
        ((string[])["*.cs", "*.sh"])
            .SelectMany(kind => Directory.GetFiles(Path.Combine(ReadmeTests.Root, folder), kind, SearchOption.AllDirectories));

    private static IEnumerable<string> WordsOf(string code) => Word().Matches(code).Select(word => word.Value);

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    /// <summary>A name in Pascal case; placeholders such as NAME are in capitals.</summary>
    [GeneratedRegex(@"\b[A-Z]\w*[a-z]\w*\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<![\w-])--[a-z][\w-]*")]
    private static partial Regex Option();

    [GeneratedRegex(@"^(src|tests|bench|samples|docs)/\S*$")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex("""dotnet test .*--filter "?([\w.|]+)""")]
    private static partial Regex Filter();
}
