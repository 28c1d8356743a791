using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace VaeGpu.Tests.Host;

/// <summary>What the README shows of kernels is what there is.</summary>
public sealed partial class ReadmeTests
{
    /// <summary>The repository's folder.</summary>
    internal static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));
    private static readonly string readme = File.ReadAllText(Path.Combine(Root, "README.md"));

    [Test]
    public void Its_kernel_stands_in_the_sources()
    {
        string[] sources = Directory.GetFiles(Path.Combine(Root, "src", "Kernels"), "*.cs", SearchOption.AllDirectories);
        Assert.That(sources.Select(file => Trimmed(File.ReadAllText(file))), Has.Some.Contains(Block("csharp")));
    }

    [Test]
    public void The_code_below_its_kernel_is_what_the_command_above_it_prints()
    {
        Match show = ShowCommand().Match(readme);
        Call call = Call.Of("kernels", "show", show.Groups[1].Value, "--target", show.Groups[2].Value);
        Assert.That(Trimmed(call.Output), Does.Contain(Block(show.Groups[2].Value)), call.Error);
    }

    [Test]
    public void It_stays_short() => Assert.That(Encoding.UTF8.GetByteCount(readme), Is.LessThanOrEqualTo(8192));

    /// <summary>The README's block of a language, its lines trimmed as in <see cref="Trimmed"/>.</summary>
    private static string Block(string language) => Trimmed(Regex.Match(readme, $"^```{language}$(.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline) is { Success: true } block ? block.Groups[1].Value : throw new AssertionException(
            $"The README has no block of {language}."));

    private static string Trimmed(string text) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex("`vaegpu kernels show '([^']+)' --target ([a-z]+)`")]
    private static partial Regex ShowCommand();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
