using System.Reflection;

namespace VaeGpu.Gpu.Runtime;

/// <summary>Machine code, or its like, of a kernel for one group shape.</summary>
internal abstract class Executable
{
    /// <summary>Runs the kernel over a grid; the argument block is read before this returns.</summary>
    public abstract unsafe void Launch(AcceleratorStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes);

    /// <summary>The generated code, for people to read.</summary>
    public abstract string Text { get; }

    /// <summary>What the kernel takes of the device; null where the driver does not tell.</summary>
    public virtual KernelReport? Report => null;
}

/// <summary>A kernel method loaded on an accelerator, with its compiled forms.</summary>
internal sealed class Kernel
{
    private readonly Accelerator accelerator;
    private readonly KernelSource source;
    private readonly Dictionary<Index3D, Form> variants = [];
    // One reference, so that other threads see a shape and its executable together.
    private volatile Form? last;

    public Kernel(Accelerator accelerator, MethodInfo method, KernelSpecialization specialization)
    {
        this.accelerator = accelerator;
        source = new KernelSource(method, specialization);
        ArgumentBytes = method.GetParameters().Sum(p => ArgumentPacker.SlotBytes(p.ParameterType));
    }

    /// <summary>The size of the argument block.</summary>
    public int ArgumentBytes { get; }

    /// <summary>The method, as messages name it.</summary>
    public string Name => source.Name;

    /// <summary>What has been compiled so far.</summary>
    public IReadOnlyCollection<Executable> Executables
    {
        get
        {
            lock (variants)
                return [.. variants.Values.Select(variant => variant.Executable)];
        }
    }

    public Executable Variant(Index3D groupDim)
    {
        if (last is { } hit && hit.GroupDim == groupDim)
            return hit.Executable;
        lock (variants)
        {
            if (!variants.TryGetValue(groupDim, out Form? form))
            {
                ThrowIfTooLarge(groupDim);
                variants.Add(groupDim, form = new Form(groupDim, accelerator.Compile(source, groupDim)));
            }
            last = form;
            return form.Executable;
        }
    }

    public unsafe void Launch(AcceleratorStream stream, in KernelConfig config, byte* arguments)
    {
        accelerator.ThrowIfDisposed();
        Index3D grid = config.GridDim;
        if (grid.X < 0 || grid.Y < 0 || grid.Z < 0)
            throw new ArgumentOutOfRangeException(nameof(config), $"{source.Name}: a grid of {grid.X}×{grid.Y}×{grid.Z} groups.");
        // Not their product: it could overflow to zero.
        if (grid.X == 0 || grid.Y == 0 || grid.Z == 0)
            return;
        if (config.SharedMemoryConfig.NumBytes > accelerator.MaxSharedMemoryPerGroup)
            throw new KernelLaunchException($"{source.Name} asks for {config.SharedMemoryConfig.NumBytes} bytes of dynamic shared memory; "
                + $"{accelerator.Name} has {accelerator.MaxSharedMemoryPerGroup}. Use a smaller tile.");
        Executable executable = Variant(config.GroupDim);
        if (accelerator.Recorder is { } recorder)
            recorder.Steps.Add(new RecordedLaunch(executable, grid, new(arguments, ArgumentBytes), config.SharedMemoryConfig.NumBytes));
        else
            executable.Launch(stream, grid, arguments, config.SharedMemoryConfig.NumBytes);
    }

    /// <summary>The group shape that an implicitly grouped kernel runs with.</summary>
    public Index3D AutoGroup => Math.Min(accelerator.Device.AutoGroupSize, accelerator.MaxNumThreadsPerGroup);

    private sealed record Form(Index3D GroupDim, Executable Executable);

    private void ThrowIfTooLarge(Index3D groupDim)
    {
        if (groupDim.X <= 0 || groupDim.Y <= 0 || groupDim.Z <= 0
            || (long)groupDim.X * groupDim.Y * groupDim.Z > accelerator.MaxNumThreadsPerGroup)
        {
            throw new KernelLaunchException($"{source.Name} was launched with groups of {groupDim.X}×{groupDim.Y}×{groupDim.Z} threads; "
                + $"{accelerator.Name} takes 1 to {accelerator.MaxNumThreadsPerGroup}. Choose a smaller group.");
        }
        if (groupDim.Size > source.Specialization.MaxNumThreadsPerGroup)
        {
            throw new KernelLaunchException($"{source.Name} was launched with groups of {groupDim.X}×{groupDim.Y}×{groupDim.Z} threads; "
                + $"it was loaded for at most {source.Specialization.MaxNumThreadsPerGroup}. Choose a smaller group, or load it for more.");
        }
    }
}

/// <summary>A launch that the device cannot take; the message names the kernel and the remedy.</summary>
public sealed class KernelLaunchException(string message) : Exception(message);
