using ILGPU.Runtime.OpenCL;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders;

/// <summary>The devices that a rung is for.</summary>
public enum RungDevices
{
    All,
    Cpu,
    Gpu,
    /// <summary>GPUs with tensor cores.</summary>
    TensorCores,
}

/// <summary>A step of a ladder: one idea, in a file of its own.</summary>
/// <param name="Idea">What it changes.</param>
/// <param name="Source">The class that the kernel, or the choice of a kernel, lies in.</param>
/// <param name="Load">Loads it on a device for a task of some size.</param>
public sealed record Rung(string Idea, Type Source, Func<Accelerator, LadderSizes, LoadedRung> Load)
{
    /// <summary>The rung that it changes; null for the first.</summary>
    public Type? After { get; init; }

    /// <summary>The devices that it is for.</summary>
    public RungDevices Devices { get; init; }

    /// <summary>Whether threads of a warp exchange registers, which ILGPU's compiler to OpenCL cannot.</summary>
    public bool Shuffles { get; init; }

    /// <summary>The threads that its groups have, where a device may allow fewer.</summary>
    public int GroupThreads { get; init; } = 1;

    /// <summary>What it computes, where this is not the task of the ladder.</summary>
    public RungTask? Task { get; init; }

    /// <summary>The order of its additions, in words; rungs of the same order have the same results, bit for bit.</summary>
    public required string Order { get; init; }

    /// <summary>The name, that of the class.</summary>
    public string Name => Source.Name;

    /// <summary>The file within the repository.</summary>
    public string Path => $"{Source.Namespace!.Replace("VaeGpu.", "src/", StringComparison.Ordinal).Replace('.', '/')}/{Name}.cs";

    /// <summary>Why the rung is not run on a device; null where it is.</summary>
    public string? Refusal(Accelerator accelerator) => Devices switch
    {
        RungDevices.Cpu when IsGpu(accelerator) => "for processors",
        RungDevices.Gpu when !IsGpu(accelerator) => "for GPUs",
        RungDevices.TensorCores when !Backend.HasTensorCores(accelerator) => "for GPUs with tensor cores",
        _ when GroupThreads > accelerator.MaxNumThreadsPerGroup => $"its groups have {GroupThreads} threads",
        _ => Shuffles && accelerator is CLAccelerator ? "ILGPU's OpenCL has no warp shuffles" : null,
    };

    // What stands for a GPU has its kernel shapes.
    private static bool IsGpu(Accelerator accelerator) => DeviceTuning.For(accelerator).StagesOperands;
}

/// <summary>A task of its own, for rungs that are compared with each other only.</summary>
/// <param name="Flops">The fewest floating-point operations.</param>
/// <param name="Bytes">The fewest bytes of device memory that are read and written.</param>
public sealed record RungTask(Func<LadderSizes, double> Flops, Func<LadderSizes, double> Bytes);

/// <summary>Launches a rung. It takes <c>scratch</c> for what it keeps between its kernels.</summary>
public delegate void RungLaunch(Floats left, Floats right, Floats output, Floats scratch);

/// <summary>A rung on a device.</summary>
/// <param name="Launch">Launches it.</param>
/// <param name="ScratchLength">The floats of scratch memory that it needs, from a multiple of 16 bytes on.</param>
public sealed record LoadedRung(RungLaunch Launch, long ScratchLength = 0)
{
    /// <summary>What is left of the scratch memory from a place on; none where the place is its end.</summary>
    internal static Floats Rest(Floats scratch, long from) =>
        from < scratch.Length ? scratch.SubView(from, scratch.Length - from) : default;
}
