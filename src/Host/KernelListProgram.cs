using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Host;

/// <summary>Lists the kernels of the product, step by step.</summary>
/// <param name="Choice">Which kernels.</param>
/// <param name="Batch">Rows of the batch.</param>
/// <param name="Balance">Operations for each byte that the device executes; null for its own.</param>
internal sealed record KernelListProgram(KernelChoice Choice, int Batch, double? Balance)
{
    /// <summary>An NVIDIA H200 by its datasheet: 67 TFLOP/s in fp32, 4.8 TB/s.</summary>
    public const double HopperBalance = 14;

    /// <summary>Writes the list.</summary>
    /// <exception cref="UsageException">No step, or no kernel, has the name.</exception>
    public int Run(Accelerator device, Terminal terminal, CancellationToken stop)
    {
        IReadOnlyList<CatalogueStep> steps = KernelCatalogue.Steps(Batch, Choice.StepName, Choice.IsAsked, stop);
        if (!steps.Any(one => one.Launches.Concat(one.Besides).Any(launch => Choice.IsAsked(launch.Name))))
            throw Choice.NoKernel;
        double? known = Backend.OperationsPerByte(device);
        double balance = Balance ?? known ?? HopperBalance;
        string source = Balance is not null ? "--balance"
            : known is not null ? $"{device.Name}, by its clocks"
            : "an H200, by its datasheet";
        var table = new KernelTable(device, balance);
        string[] head =
        [
            $"Kernels in their shapes for a GPU, at training sizes: 784-400-20, or convolutions of 32 and 64 channels; batch {Batch}.",
            "FLOPs and bytes: of all launches of the kernel in the step; each byte is read once and written once.",
            FormattableString.Invariant($"Bound: by the side of {balance:0.#} operations for each byte ({source})."),
            "",
            table.Head,
        ];
        foreach (string line in head)
            terminal.Output.WriteLine(line);
        var listed = new HashSet<string>();
        foreach (CatalogueStep one in steps)
        {
            stop.ThrowIfCancellationRequested();
            WriteStep(one, table, listed, terminal.Output);
        }
        return ExitCode.Done;
    }

    /// <summary>The kernels of a step that no step before has.</summary>
    private void WriteStep(CatalogueStep step, KernelTable table, HashSet<string> listed, TextWriter output)
    {
        KernelLaunch[] inStep = [.. step.Launches.Where(launch => Choice.IsAsked(launch.Name))];
        KernelLaunch[] besides =
            [.. step.Besides.Where(launch => Choice.IsAsked(launch.Name) && !step.Launches.Any(other => other.Name == launch.Name))];
        var rows = inStep.GroupBy(launch => launch.Name).Select(same => (Name: same.Key, Launches: same.ToArray(), InStep: true))
            .Concat(besides.GroupBy(launch => launch.Name)
                .Select(same => (Name: same.Key, Launches: new[] { same.MaxBy(launch => launch.Flops)! }, InStep: false)))
            .Where(row => listed.Add(row.Name)).ToArray();
        if (rows.Length == 0)
            return;
        output.WriteLine();
        output.WriteLine(step.Launches.Count > 0 ? $"step: {step.Name}" : step.Name);
        if (step.Launches.Count > 0 && Choice.Name is null)
            output.WriteLine(table.Sum(step));
        foreach (var row in rows)
        {
            foreach (string line in table.Row(row.Launches, row.InStep))
                output.WriteLine($"  {line}");
        }
    }
}
