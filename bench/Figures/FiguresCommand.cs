using System.CommandLine;
using VaeGpu.Bench.CommandLine;
using VaeGpu.Bench.Measuring;
using VaeGpu.Bench.Models;
using VaeGpu.Bench.Tables;

namespace VaeGpu.Bench.Figures;

/// <summary>The command "figures": the figures that the project states, measured here and now.</summary>
internal static class FiguresCommand
{
    private static readonly Part[] usual =
    [
        new(PeakFigures.Part, "Measured peak", PeakFigures.Measure),
        new("products", "Matrix products", ProductFigures.Measure),
        new("launch", "Launches", LaunchFigures.Measure),
        new("kernels", "The kernels of a step besides products", KernelFigures.Measure),
        new("algorithms", "Functions and random numbers beside those of ILGPU.Algorithms", AlgorithmsFigures.Measure),
        new("fusion", "Fused kernels against their unfused twins", FusionFigures.Measure),
        new("step", "Training steps, Adam and evaluation beside PyTorch (half as many samples, ten times as long)", StepFigures.Measure),
        new("start", "Cold start (at most 11 starts each)", StartFigures.Measure),
    ];

    /// <summary>
    /// Parts that are measured where they are named: those that take many minutes, and what a GPU's session asks for.
    /// </summary>
    private static readonly Part[] named =
    [
        new(ScalingFigures.Part, "How the cost of a training step grows (half as many samples, ten times as long)", ScalingFigures.Measure),
        new("cublas", "Matrix products beside cuBLAS", GpuFigures.BesideCublas),
        new("peers", "The training step beside PyTorch on the GPU", GpuFigures.BesidePyTorch),
    ];

    /// <summary>The names of all parts.</summary>
    public static string[] PartNames => [.. All.Select(part => part.Name)];

    private static IEnumerable<Part> All => usual.Concat(named);

    /// <summary>The title of a part.</summary>
    public static string TitleOf(string name) => All.Single(part => part.Name == name).Title;

    /// <param name="args">The program's arguments, for the tables to name.</param>
    public static Command Create(string[] args)
    {
        string Names(Part[] parts) => string.Join(", ", parts.Select(part => part.Name));
        Option<bool> quick = CommonOptions.Quick(), allowUnquiet = CommonOptions.AllowUnquiet();
        Option<string[]> only = CommonOptions.Only(
            "PART", $"Measure these parts alone: {Names(usual)}; and, only where they are named, {Names(named)}", PartNames);
        Option<string?> device = CommonOptions.Device(), page = CommonOptions.Page();
        Option<string?> json = CommonOptions.Text("--json", "FILE", "Also write all rows to this file");
        var command = new Command("figures", "Measures the figures that the project states, each with its quartiles")
        {
            quick, only, device, json, page, allowUnquiet,
        };
        command.SetAction(result => Run(args, new Request(
            result.GetValue(quick), result.GetRequiredValue(only), result.GetValue(device), result.GetValue(json),
            CommonOptions.PageAt(result.GetValue(page)), result.GetValue(allowUnquiet))));
        return command;
    }

    private static int Run(string[] args, Request request)
    {
        Part[] parts = request.Only.Length == 0 ? usual : [.. All.Where(part => request.Only.Contains(part.Name))];
        if (request.Json is { } json)
            Page.ThrowIfNoFolder(json);
        request.Page?.ThrowIfWithout(parts.Select(part => part.Name));
        Effort effort = CommonOptions.EffortOf(request.Quick);
        IReadOnlyList<BenchDevice> devices = BenchDevice.Open(request.Device);
        var report = new Report(Provenance.Now(args));
        report.Open("Figures");
        foreach (Part part in parts)
        {
            report.Section(part.Name, part.Title, part.Measure(devices, effort));
            // A run that is stopped keeps what it has.
            report.Save(request.Json, null, false);
        }
        report.Goals();
        foreach (BenchDevice device in devices)
            device.Dispose();
        report.Save(request.Json, request.Page, request.AllowUnquiet);
        if (request.Page is { } page)
            ScalingChart.WriteBeside(page, report.Rows);
        return report.HasFailures ? 1 : 0;
    }

    private sealed record Part(string Name, string Title, Func<IReadOnlyList<BenchDevice>, Effort, IEnumerable<Figure>> Measure);

    private sealed record Request(bool Quick, string[] Only, string? Device, string? Json, Page? Page, bool AllowUnquiet);
}
