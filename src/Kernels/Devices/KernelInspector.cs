using VaeGpu.Gpu;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Kernels.Devices;

/// <summary>Looks into kernels: what they do, and what is generated for them.</summary>
public static class KernelInspector
{
    /// <summary>The languages that <see cref="Code"/> knows.</summary>
    public static IReadOnlyList<string> Targets => [.. Enum.GetNames<CodeTarget>().Select(name => name.ToLowerInvariant())];

    /// <summary>
    /// The launches of some work on a stand-in for a GPU, or for this processor; they run, and are counted, or are only noted.
    /// </summary>
    public static IReadOnlyList<KernelLaunch> Record(bool gpu, bool runs, Action<Accelerator> work, CancellationToken stop = default) =>
    [
        .. LaunchRecorder.Record(gpu ? 32 : CodeListing.VectorLanes, runs, work, stop).Select(launch => new KernelLaunch(
            launch.Name, launch.Method, launch.Specialization, launch.GroupDim, launch.GridDim, launch.GroupSharedBytes,
            launch.Flops, launch.Bytes, launch.AccessedBytes)),
    ];

    /// <summary>What a launch's kernel, compiled for a device, takes of it; null where it does not fit, or no driver tells.</summary>
    public static KernelResources? Resources(Accelerator accelerator, KernelLaunch launch)
    {
        if (accelerator is not IKernelReporter reporter)
            return null;
        try
        {
            return reporter.Report(launch.Method, launch.Specialization, launch.GroupDim) is { } report
                ? new(report.Registers, report.LocalBytes)
                : null;
        }
        catch (Exception e) when (e is KernelLaunchException or KernelCompilationException)
        {
            return null;
        }
    }

    /// <summary>The code of a launch's kernel in one of <see cref="Targets"/>, under the C# lines that it comes from.</summary>
    public static string Code(KernelLaunch launch, string target) =>
        CodeListing.Of(launch.Method, launch.GroupDim, Enum.Parse<CodeTarget>(target, ignoreCase: true), launch.Specialization);
}
