using VaeGpu.Gpu;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Ilgpu;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Kernels.Devices;

/// <summary>Looks into kernels: what they do, and what is generated for them.</summary>
public static class KernelInspector
{
    private const int ScalarBits = 32;

    /// <summary>The languages that <see cref="Code"/> knows.</summary>
    public static IReadOnlyList<string> Targets { get; } = [.. Enum.GetNames<CodeTarget>().Select(name => name.ToLowerInvariant())];

    /// <summary>The launches of some work on a stand-in for a GPU, or for this processor; they are counted, or only noted.</summary>
    public static IReadOnlyList<KernelLaunch> Record(bool gpu, bool runs, Action<Accelerator> work, CancellationToken stop = default) =>
        LaunchRecorder.Record(gpu ? 32 : CodeListing.VectorLanes, runs, work, stop);

    /// <summary>A stand-in for a GPU; launches of some kernels are counted, from the least samples of their groups.</summary>
    /// <param name="known">Samples that were counted before.</param>
    /// <param name="counts">Which kernels are counted, by their names.</param>
    /// <param name="emulates">Whether their warps are emulated as well.</param>
    /// <param name="stop">Looked at at each launch.</param>
    public static LaunchRecording RecordOnGpu(
        SampleCache known, Func<string, bool> counts, bool emulates, CancellationToken stop) =>
        new(32, LaunchCounting.Sample, known, stop: stop) { Counts = counts, Emulates = emulates };

    /// <summary>The launches of some work in its shapes for a GPU, counted, with what their warps do: emulated, not measured.</summary>
    public static IReadOnlyList<KernelLaunch> Emulate(Action<Accelerator> work, CancellationToken stop = default)
    {
        using var recording = new LaunchRecording(32, LaunchCounting.Sample, new SampleCache(), stop: stop) { Emulates = true };
        work(recording.Accelerator);
        return recording.Launches;
    }

    /// <summary>
    /// The launches of some work in its shapes for a device, counted without it: operations and bytes are estimated from a sample of the
    /// groups of each launch, exact where these work on equal tiles.
    /// </summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="prepare">What comes before on the accelerator that it is given, whose launches are not made; gives the work.</param>
    /// <param name="stop">Looked at at each launch.</param>
    public static IReadOnlyList<KernelLaunch> Sample(
        Accelerator accelerator, Func<Accelerator, Action> prepare, CancellationToken stop = default) =>
        LaunchRecorder.Sample(accelerator, prepare, stop);

    /// <summary>
    /// Runs some work on the processor, and each of its launches on a device as well, from the same random memory; compares what both
    /// leave there, bit for bit. The <c>cpu</c> device itself is held against a processor without vectors.
    /// </summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="seed">What the random memory follows from.</param>
    /// <param name="work">What to run on the accelerator that it is given, in the device's shapes; its results are of no use.</param>
    /// <param name="tell">Told of each launch that was compared.</param>
    /// <param name="stop">Looked at at each launch.</param>
    /// <returns>Whether all was compared: false where a failure put the device out of order.</returns>
    public static bool Compare(
        Accelerator accelerator, int seed, Action<Accelerator> work, Action<KernelComparison> tell, CancellationToken stop = default) =>
        LaunchComparer.Run(
            accelerator, accelerator is SimdAccelerator ? ScalarBits : 0, seed, work,
            (kernel, fault) => tell(new(kernel, fault)), stop);

    /// <summary>What a launch's kernel, compiled for a device, takes of it; null where it does not fit, or no driver tells.</summary>
    public static KernelReport? Resources(Accelerator accelerator, KernelLaunch launch)
    {
        if (accelerator is not IKernelReporter reporter)
            return null;
        try
        {
            return reporter.Report(launch.Method, launch.Specialization, launch.GroupDim);
        }
        catch (Exception e) when (e is KernelLaunchException or KernelCompilationException)
        {
            return null;
        }
    }

    /// <summary>The code of a launch's kernel in one of <see cref="Targets"/>, under the C# lines that it comes from.</summary>
    public static string Code(KernelLaunch launch, string target) =>
        CodeListing.Of(launch.Method, launch.GroupDim, Enum.Parse<CodeTarget>(target, ignoreCase: true), launch.Specialization);

    /// <summary>
    /// What to change in a kernel that calls a function of the device's library for which <see cref="Numerics"/> has one that gives the
    /// same bits on every device.
    /// </summary>
    public static IReadOnlyList<string> Notes(MethodInfo kernel) =>
    [
        .. from call in LibraryCalls.Of(kernel)
           where Replacements.ContainsKey(call.Function)
           select $"{call.Place}: {call.Function} gives other bits on other devices, and is computed lane by lane on the processor. "
               + $"{Replacements[call.Function]} gives the same bits on every device.",
    ];

    private static Dictionary<string, string> Replacements { get; } = new()
    {
        ["Exp"] = "Exponential.Exp", ["Log"] = "Logarithm.Log", ["Tanh"] = "Sigmoids.Tanh",
        ["Sin"] = "Turns.Sin, of turns instead of radians,", ["Cos"] = "Turns.Cos, of turns instead of radians,",
    };

    /// <summary>The code that ILGPU's own compiler generates for a kernel: PTX for compute capability 8.0, or OpenCL C 2.0.</summary>
    /// <exception cref="NotSupportedException">The target is one of the others, which ILGPU does not have.</exception>
    public static string IlgpuCode(KernelLaunch launch, string target)
    {
        using IlgpuCompiler ilgpu = new();
        return target switch
        {
            "ptx" => ilgpu.Ptx(launch.Method, launch.Specialization),
            "opencl" => ilgpu.OpenCL(launch.Method, launch.Specialization),
            _ => throw new NotSupportedException($"ILGPU's compiler has no target {target}. Use ptx or opencl."),
        };
    }

    /// <summary>What a launch's kernel consists of in the PTX of each compiler, ours and ILGPU's.</summary>
    public static (PtxSummary Ours, PtxSummary Ilgpu) Compare(KernelLaunch launch, IlgpuCompiler ilgpu) =>
        (PtxSummary.Of(Code(launch, "ptx")), PtxSummary.Of(ilgpu.Ptx(launch.Method, launch.Specialization)));
}

/// <summary>A launch on a device and on the processor.</summary>
/// <param name="Kernel">The kernel with its type arguments.</param>
/// <param name="Fault">What is wrong on the device: the element and both values, or why it did not run; null where nothing is.</param>
public sealed record KernelComparison(string Kernel, string? Fault);
