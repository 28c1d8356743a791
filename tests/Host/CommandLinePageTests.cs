using System.Text;
using System.Text.RegularExpressions;

namespace VaeGpu.Tests.Host;

/// <summary>
/// Holds the reference in docs/cli.md to the help of every command. Where the help has changed on purpose,
/// <c>VAEGPU_WRITE_GOLDEN=1 dotnet test tests --filter CommandLinePageTests</c> regenerates the reference.
/// </summary>
public sealed partial class CommandLinePageTests
{
    private const string Begin = "<!-- help: begin -->\n", End = "<!-- help: end -->\n";

    [Test]
    public void The_reference_says_what_the_help_says()
    {
        string path = Path.Combine(ReadmeTests.Root, "docs", "cli.md"), page = File.ReadAllText(path).ReplaceLineEndings("\n");
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = page.IndexOf(End, StringComparison.Ordinal);
        string reference = Reference();
        if (Environment.GetEnvironmentVariable("VAEGPU_WRITE_GOLDEN") == "1")
            File.WriteAllText(path, page[..begin] + reference + page[end..]);
        else
            Assert.That(page[begin..end].Split('\n'), Is.EqualTo(reference.Split('\n')),
                "The help has changed. If that is wanted, write docs/cli.md with VAEGPU_WRITE_GOLDEN=1 and look at the difference.");
    }

    private static string Reference()
    {
        var text = new StringBuilder("\n");
        foreach ((string command, string meaning) in Section(Help(), "Commands"))
            Append(text, command.Split(' ')[0], meaning);
        return text.ToString();
    }

    /// <summary>The part on a command, and on the commands within it.</summary>
    private static void Append(StringBuilder text, string command, string meaning)
    {
        string help = Help(command);
        // The usage begins with the name of the process, which is the test runner here.
        string usage = $"vaegpu {Section(help, "Usage").Single().Name.Split(' ', 2)[1]}";
        text.Append($"### `{command}`\n\n{meaning}\n\n    {usage}\n\n");
        (string Name, string Meaning)[] entries = [.. Section(help, "Arguments"), .. Section(help, "Options").SkipLast(1)];
        if (entries.Length > 0)
        {
            text.Append("| argument or option | default | meaning |\n|---|---|---|\n");
            foreach ((string name, string described) in entries)
            {
                Match match = Default().Match(described);
                string initial = match.Success ? match.Groups[1].Value : "";
                text.Append($"| `{name}` | {initial} | {Default().Replace(described, "")} |\n");
            }
            text.Append('\n');
        }
        foreach ((string inner, string innerMeaning) in Section(help, "Commands"))
            Append(text, $"{command} {inner.Split(' ')[0]}", innerMeaning);
    }

    private static string Help(string command = "")
    {
        Call call = Call.Of([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.That(call.ExitCode, Is.Zero, call.Error);
        return call.Output.ReplaceLineEndings("\n");
    }

    /// <summary>The lines below a heading of the help: what each names, and what it says of it.</summary>
    private static IEnumerable<(string Name, string Meaning)> Section(string help, string heading)
    {
        Match section = Regex.Match(help, $@"^{heading}:\n((?:  .*\n)+)", RegexOptions.Multiline);
        // A narrow terminal has the end of a long line below it, further in.
        string lines = Regex.Replace(section.Groups[1].Value, @" *\n {3,}", " ");
        return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Regex.Split(line.Trim(), " {2,}"))
            .Select(parts => (parts[0], string.Join(' ', parts[1..])));
    }

    [GeneratedRegex(@" ?\[default: ([^\]]*)\]$")]
    private static partial Regex Default();
}
