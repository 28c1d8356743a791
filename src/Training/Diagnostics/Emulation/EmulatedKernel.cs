using VaeGpu.Gpu;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Training.Diagnostics.Emulation;

/// <summary>A kernel with what it would do on a GPU: emulated, not measured.</summary>
/// <param name="Step">The step of the catalogue; null for a kernel of a user.</param>
/// <param name="Launch">The launch whose warps were emulated; they are null for PTX written by hand.</param>
/// <param name="Registers">Registers of a thread; null where no assembler tells.</param>
/// <param name="RegistersRefusal">What the assembler said instead.</param>
/// <param name="Occupancy">How many groups a multiprocessor holds; an upper bound without registers.</param>
public sealed record EmulatedKernel(
    string? Step, KernelLaunch Launch, int? Registers, string? RegistersRefusal, Occupancy Occupancy)
{
    /// <summary>The kernels of training steps, each in the first step that has it, in the launch with the most operations there.</summary>
    /// <param name="batch">Rows of the batch.</param>
    /// <param name="step">The name of one step; null for all.</param>
    /// <param name="asked">Which kernels, by their names.</param>
    /// <param name="gpu">The GPU.</param>
    /// <param name="ptxas">What tells registers; null for nothing.</param>
    /// <param name="stop">Looked at between launches and kernels.</param>
    public static IReadOnlyList<EmulatedKernel> OfSteps(
        int batch, string? step, Func<string, bool> asked, GpuLimits gpu, Ptxas? ptxas, CancellationToken stop)
    {
        var kernels = new List<EmulatedKernel>();
        var listed = new HashSet<string>();
        foreach (CatalogueStep one in KernelCatalogue.Emulate(batch, step, asked, stop))
        {
            foreach (var same in one.Launches.Concat(one.Besides).GroupBy(launch => launch.Name))
            {
                stop.ThrowIfCancellationRequested();
                if (asked(same.Key) && listed.Add(same.Key))
                    kernels.Add(Of(one.Name, same.MaxBy(launch => launch.Flops)!, gpu, ptxas));
            }
        }
        return kernels;
    }

    /// <summary>Adds registers and occupancy to a launch.</summary>
    public static EmulatedKernel Of(string? step, KernelLaunch launch, GpuLimits gpu, Ptxas? ptxas)
    {
        (int? registers, string? refusal) = RegistersOf(launch, gpu, ptxas);
        return new(
            step, launch, registers, refusal, Occupancy.Of(gpu, launch.GroupDim.Size, launch.GroupSharedBytes.Value, registers));
    }

    private static (int? Registers, string? Refusal) RegistersOf(KernelLaunch launch, GpuLimits gpu, Ptxas? ptxas)
    {
        if (ptxas is null)
            return default;
        try
        {
            int? registers = ptxas.Registers(KernelInspector.Code(launch, "ptx"), gpu.Architecture, out string? refusal);
            return (registers, refusal);
        }
        catch (KernelCompilationException e)
        {
            return (null, e.Message);
        }
    }
}
