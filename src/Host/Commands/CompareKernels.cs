using VaeGpu.Gpu.Ilgpu;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Host.Commands;

/// <summary>"kernels --compare": the PTX of both compilers for every kernel, as counts of what it consists of.</summary>
internal static class CompareKernels
{
    private const int NameColumns = 89;

    public static int Run(Terminal terminal, CancellationToken stop)
    {
        var kernels = KernelCatalogue.Of(gpu: true, batch: 128, stop);
        string[] head =
        [
            $"{kernels.Count} kernels in their shapes for a GPU, compiled to PTX by this compiler and by ILGPU's (compute capability 8.0).",
            "Counts are of the text: a loop's body counts once. Global accesses are listed as bytes×count; generic ones count as global.",
            $"{"kernel",-NameColumns} "
                + $"{"compiler",-9}{"instructions",12}{"registers",10}{"local bytes",12}{"local",7}{"shared",7}{"barriers",9}  global",
        ];
        foreach (string line in head)
            terminal.Output.WriteLine(line);
        using IlgpuCompiler compiler = new();
        var ratios = new List<double>();
        (int Ours, int Ilgpu) withLocal = default;
        foreach (KernelLaunch kernel in kernels)
        {
            stop.ThrowIfCancellationRequested();
            (PtxSummary ours, PtxSummary ilgpu) = KernelInspector.Compare(kernel, compiler);
            terminal.Output.WriteLine(Row(kernel.Name, "vaegpu", ours));
            terminal.Output.WriteLine(Row("", "ilgpu", ilgpu));
            ratios.Add((double)ilgpu.Instructions / ours.Instructions);
            withLocal = (withLocal.Ours + Math.Sign(ours.LocalBytes), withLocal.Ilgpu + Math.Sign(ilgpu.LocalBytes));
        }
        ratios.Sort();
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"ILGPU's text has {ratios[ratios.Count / 2]:0.00} times as many instructions (median; {ratios[0]:0.00} to "
                + $"{ratios[^1]:0.00})."));
        terminal.Output.WriteLine($"Kernels with local memory: {withLocal.Ours} by this compiler, {withLocal.Ilgpu} by ILGPU's.");
        return ExitCode.Done;
    }

    private static string Row(string name, string compiler, PtxSummary of) =>
        $"{name,-NameColumns} {compiler,-9}{of.Instructions,12}{of.Registers,10}{of.LocalBytes,12}"
        + $"{of.LocalAccesses,7}{of.SharedAccesses,7}{of.Barriers,9}  "
        + string.Join(" ", of.GlobalAccesses.Select(width => $"{width.Key}×{width.Value}"));
}
