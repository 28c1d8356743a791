using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Kernels.Devices;

/// <summary>Looks into kernels: what they do, and what is generated for them.</summary>
public static class KernelInspector
{
    /// <summary>The languages that <see cref="Code"/> knows.</summary>
    public static IReadOnlyList<string> Targets => [.. Enum.GetNames<CodeTarget>().Select(name => name.ToLowerInvariant())];

    /// <summary>The launches of some work on a stand-in for a GPU, or for this processor; they run, and are counted, or are only noted.</summary>
    public static IReadOnlyList<KernelLaunch> Record(bool gpu, bool runs, Action<Accelerator> work) =>
    [
        .. LaunchRecorder.Record(gpu ? 32 : CodeListing.VectorLanes, runs, work).Select(launch => new KernelLaunch(
            launch.Name, launch.Method, launch.Specialization, launch.GroupDim, launch.GridDim, launch.StaticSharedBytes,
            launch.Flops, launch.Bytes, launch.AccessedBytes)),
    ];

    /// <summary>The code of a launch's kernel in one of <see cref="Targets"/>, under the C# lines that it comes from.</summary>
    public static string Code(KernelLaunch launch, string target) =>
        CodeListing.Of(launch.Method, launch.GroupDim, Enum.Parse<CodeTarget>(target, ignoreCase: true), launch.Specialization);
}
