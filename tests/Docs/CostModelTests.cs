using System.Globalization;
using System.Text.RegularExpressions;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Diagnostics.Emulation;

namespace VaeGpu.Tests.Docs;

/// <summary>The predictions of docs/cost-model.md, against what the emulation of warps counts.</summary>
public sealed partial class CostModelTests
{
    private const double Tolerance = 0.05;

    [Test]
    public void What_is_predicted_is_what_is_emulated_and_the_page_has_the_figures_of_the_command()
    {
        (string Kernel, string What, string Predicted, string Emulated)[] rows =
        [
            .. Rows().Matches(File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "cost-model.md")))
                .Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value, row.Groups[4].Value)),
        ];
        HashSet<string> named = [.. rows.Select(row => row.Kernel)];
        var kernels = EmulatedKernel.OfSteps(128, null, named.Contains, GpuLimits.All.Single(gpu => gpu.Name == "h200"), null, default)
            .ToDictionary(kernel => kernel.Launch.Name);
        Assert.That(rows, Has.Length.GreaterThan(10));
        Assert.That(kernels.Keys, Is.EquivalentTo(named));
        Assert.Multiple(() =>
        {
            foreach (var (kernel, what, predicted, emulated) in rows)
            {
                Assert.That(emulated, Is.EqualTo(Figure(kernels[kernel], what)), $"{kernel}, {what}");
                foreach (var (expected, found) in Numbers(predicted).Zip(Numbers(emulated)))
                    Assert.That(found, Is.EqualTo(expected).Within(Tolerance * expected), $"{kernel}, {what}");
            }
        });
    }

    private static string Figure(EmulatedKernel kernel, string what) => what switch
    {
        "sectors" => Of(kernel.Launch.Warps!.GlobalPerRequest!.Value),
        "passes" => Of(kernel.Launch.Warps!.SharedPerRequest!.Value),
        "shared bytes" => $"{kernel.Launch.GroupSharedBytes.Value}",
        "groups" => $"{kernel.Occupancy.Groups}",
        "bytes" => string.Create(CultureInfo.InvariantCulture, $"{kernel.Launch.Bytes / 1e6:0.00}M"),
        _ => throw new ArgumentException($"The page predicts \"{what}\", which is not counted.", nameof(what)),
    };

    private static string Of((double Transactions, double Least) request) =>
        string.Create(CultureInfo.InvariantCulture, $"{request.Transactions:0.0} of {request.Least:0.0}");

    private static double[] Numbers(string text) =>
        [.. text.TrimEnd('M').Split(" of ").Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    // A row of the table of predictions: only its first column is code.
    [GeneratedRegex(@"^\| `([^`]+)` \| ([a-z ]+) \| [^|]+ \| ([\d. ofM]+) \| ([\d. ofM]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
