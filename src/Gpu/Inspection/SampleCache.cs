using System.Collections.Concurrent;

namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// Kernels and counts that several recordings share: a kernel is compiled once for groups of one shape, and launches that differ in
/// nothing but where their memory lies and what it holds are counted once. The samples are the smallest: the first two groups along each
/// axis and the last.
/// </summary>
public sealed class SampleCache
{
    internal const int Groups = 2;

    private readonly ConcurrentDictionary<string, Lazy<LaunchCounts?>> counts = new();
    private readonly ConcurrentDictionary<string, Lazy<WarpProfile>> warps = new();
    private readonly ConcurrentDictionary<(MethodInfo, KernelSpecialization, Index3D), Lazy<Function>> functions = new();

    internal WarpProfile WarpsOf(string launch, Func<WarpProfile> emulate) => warps.GetOrAdd(launch, _ => new(emulate)).Value;

    internal LaunchCounts? CountsOf(string launch, Func<LaunchCounts?> count) => counts.GetOrAdd(launch, _ => new(count)).Value;

    internal Function FunctionOf(KernelSource source, Index3D groupDim, Func<Function> compile) =>
        functions.GetOrAdd((source.Method, source.Specialization, groupDim), _ => new(compile)).Value;
}
