using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.Emulation;
using VaeGpu.Training.Diagnostics.OwnKernels;

namespace VaeGpu.Host;

/// <summary>The command "kernels emulate": what kernels would do on a GPU, as a table and as JSON.</summary>
/// <param name="Choice">Which kernels of the product.</param>
/// <param name="Batch">Rows of the batch.</param>
/// <param name="Gpu">The GPU.</param>
/// <param name="Json">The file for the figures, or null.</param>
internal sealed record EmulationProgram(KernelChoice Choice, int Batch, GpuLimits Gpu, string? Json)
{
    /// <summary>An assembly of a user, whose kernels are taken instead; null for the product's.</summary>
    public string? Assembly { get; init; }

    /// <summary>Sizes that take the place of those of the user's kernels.</summary>
    public string Sizes { get; init; } = "";

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(Terminal terminal, CancellationToken stop)
    {
        OutputFiles.ThrowIfUnwritable(Json);
        var ptxas = Ptxas.Find(Environment.GetEnvironmentVariable("PATH"));
        int failed = 0;
        IReadOnlyList<EmulatedKernel> kernels = Assembly is null
            ? EmulatedKernel.OfSteps(Batch, Choice.StepName, Choice.IsAsked, Gpu, ptxas, stop)
            : OfAssembly(Assembly, ptxas, terminal, stop, out failed);
        if (kernels.Count == 0 && failed == 0)
            throw Choice.NoKernel;
        foreach (string line in EmulationTable.Lines(kernels, Gpu, ptxas is not null))
            terminal.Output.WriteLine(line);
        if (Json is not null)
            EmulationJson.Write(Json, Gpu, kernels);
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private List<EmulatedKernel> OfAssembly(string assembly, Ptxas? ptxas, Terminal terminal, CancellationToken stop, out int failed)
    {
        var kernels = new List<EmulatedKernel>();
        failed = 0;
        foreach (OwnKernel kernel in new OwnKernelProgram(assembly, Choice.Name, Sizes).Kernels)
        {
            stop.ThrowIfCancellationRequested();
            if (OwnKernelTools.Emulate(kernel, Sizes, stop) is { } launch)
            {
                kernels.Add(EmulatedKernel.Of(null, launch, Gpu, ptxas));
                continue;
            }
            failed++;
            terminal.Error.WriteLine($"{kernel.Name}: at fault; see kernels check");
        }
        return kernels;
    }
}
