namespace VaeGpu.Kernels.Devices;

/// <summary>Looks into kernels; ILGPU does not let one.</summary>
public static class KernelInspector
{
    private const string Remedy = "This build uses ILGPU, which does not show what it generates. Build without -p:KernelCompiler=ILGPU.";

    /// <summary>The languages that <see cref="Code"/> knows.</summary>
    public static IReadOnlyList<string> Targets => [];

    /// <exception cref="NotSupportedException">Always.</exception>
    public static IReadOnlyList<KernelLaunch> Record(bool gpu, bool runs, Action<Accelerator> work, CancellationToken stop = default) =>
        throw new NotSupportedException(Remedy);

    /// <exception cref="NotSupportedException">Always.</exception>
    public static KernelResources? Resources(Accelerator accelerator, KernelLaunch launch) =>
        throw new NotSupportedException(Remedy);

    /// <exception cref="NotSupportedException">Always.</exception>
    public static string Code(KernelLaunch launch, string target) =>
        throw new NotSupportedException(Remedy);
}
