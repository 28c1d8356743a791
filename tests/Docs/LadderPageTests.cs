using System.Text.RegularExpressions;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Ladders;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Tests.Docs;

/// <summary>The pages on ladders: their lines of C# stand in the rungs, their generated code is what is generated.</summary>
public sealed partial class LadderPageTests
{
    private static IEnumerable<Ladder> Ladders => Ladder.All;

    [TestCaseSource(nameof(Ladders))]
    public void The_figures_are_those_of_the_command_for_every_rung(Ladder ladder)
    {
        string[] block = Figures().Matches(Page(ladder)).Single(block => block.Groups[1].Value == ladder.Name).Groups[2].Value.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(block[0], Does.StartWith($"task    {ladder.Task}, "));
            foreach (Rung rung in ladder.Rungs)
            {
                Assert.That(block, Has.One.StartsWith($"{ladder.NumberOf(rung),3} {rung.Name} "));
                Assert.That(block, Has.One.EqualTo($"{ladder.NumberOf(rung),3} {rung.Path}: {rung.Idea}"));
            }
        });
    }

    [TestCaseSource(nameof(Ladders))]
    public void Lines_of_CSharp_stand_in_the_rungs(Ladder ladder)
    {
        HashSet<string> lines = [.. ladder.Rungs.SelectMany(rung => File.ReadLines(Path.Combine(ReadmeTests.Root, rung.Path)))
            .Select(line => line.Trim())];
        string[] shown =
            [.. CSharp().Matches(Page(ladder)).SelectMany(block => block.Groups[1].Value.Split('\n')).Select(line => line.Trim())];
        Assert.That(shown, Is.Not.Empty);
        Assert.That(shown.Where(line => line.Length > 0 && !lines.Contains(line)), Is.Empty);
    }

    [TestCaseSource(nameof(Ladders))]
    public void Generated_code_is_what_is_generated(Ladder ladder)
    {
        Match[] blocks = [.. Generated().Matches(Page(ladder)).Cast<Match>()];
        Assert.That(blocks, Is.Not.Empty);
        // Parts of the listing for a processor differ by its vectors; the pages show those of 16 lanes.
        foreach (Match block in blocks.Where(block => block.Groups[2].Value != "simd" || CodeListing.VectorLanes == 16))
        {
            string target = block.Groups[2].Value;
            var launches = KernelInspector.Record(
                gpu: target != "simd", runs: false, accelerator => LadderRungs.Launch(accelerator, ladder, 4));
            string code = KernelInspector.Code(
                KernelCatalogue.Find([.. launches.DistinctBy(launch => launch.Name)], block.Groups[1].Value), target);
            HashSet<string> generated = [.. code.Split('\n').Select(line => line.Trim())];
            Assert.That(
                block.Groups[3].Value.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !generated.Contains(line)),
                Is.Empty, $"kernels show {block.Groups[1].Value} --target {target}");
        }
    }

    private static string Page(Ladder ladder) =>
        File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", $"ladder-{ladder}.md")).ReplaceLineEndings("\n");

    [GeneratedRegex(@"^    vaegpu ladder (\w+)[^\n]*\n\n```\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Figures();

    [GeneratedRegex(@"^```cs\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharp();

    [GeneratedRegex(
        @"^    vaegpu kernels show (\S+) --target (\w+)\n\n```\w*\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Generated();
}
