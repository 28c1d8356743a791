using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>A kernel method on an accelerator, compiled once for each group shape that it is launched with.</summary>
internal sealed class KernelForms(EngineAccelerator accelerator, KernelSource source)
{
    private readonly Dictionary<Index3D, Form> variants = [];
    // The kernel for each set of specialized values that it was launched with.
    private readonly List<KernelForms> specialized = [];
    private readonly ArgumentLayout.Leaf[] values = source.SpecializedBlock is null
        ? [.. source.Arguments.Leaves.Where(leaf => ArgumentLayout.IsSpecialized(leaf.Type))]
        : [];
    // One reference, so that other threads see a shape and its executable together.
    private volatile Form? last;

    /// <summary>The method, as messages name it.</summary>
    public string Name => source.Name;

    public int ArgumentBytes => source.Arguments.BlockBytes;

    /// <summary>What has been compiled so far.</summary>
    public IReadOnlyCollection<Executable> Executables
    {
        get
        {
            lock (variants)
                return [.. variants.Values.Select(variant => variant.Executable)];
        }
    }

    /// <summary>The kernel for groups of one shape.</summary>
    /// <exception cref="KernelLaunchException">Groups of this shape do not fit the device.</exception>
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

    public unsafe void Launch(EngineStream stream, in KernelConfig config, byte* arguments)
    {
        if (values.Length > 0)
        {
            Specialized(new(arguments, ArgumentBytes)).Launch(stream, config, arguments);
            return;
        }
        accelerator.ThrowIfDisposed();
        Index3D grid = config.GridDim;
        if (grid.X < 0 || grid.Y < 0 || grid.Z < 0)
            throw new ArgumentOutOfRangeException(nameof(config), $"{source.Name}: a grid of {grid.X}×{grid.Y}×{grid.Z} groups.");
        // Not their product: it could overflow to zero.
        if (grid.X == 0 || grid.Y == 0 || grid.Z == 0)
            return;
        int sharedBytes = config.SharedMemoryConfig.ArraySize;
        if (sharedBytes > accelerator.MaxSharedMemoryPerGroup)
        {
            throw new KernelLaunchException($"{source.Name} asks for {sharedBytes} bytes of dynamic shared memory; "
                + $"{accelerator.Name} has {accelerator.MaxSharedMemoryPerGroup}. Use a smaller tile.");
        }
        Unsafe.WriteUnaligned(arguments + source.Arguments.Bytes, sharedBytes);
        Executable executable = Variant(config.GroupDim);
        if (accelerator.Recorder is { } recorder)
            recorder.Steps.Add(new RecordedLaunch(source.Name, executable, grid, new(arguments, ArgumentBytes), sharedBytes));
        else
            executable.Launch(stream, grid, arguments, sharedBytes);
    }

    private KernelForms Specialized(ReadOnlySpan<byte> arguments)
    {
        lock (specialized)
        {
            foreach (KernelForms known in specialized)
            {
                if (known.IsFor(arguments, values))
                    return known;
            }
            var own = new KernelSource(source.Method, source.Specialization, source.IsImplicit) 
            {
                StaticFields = source.StaticFields,
                SpecializedBlock = arguments.ToArray(),
            };
            specialized.Add(new KernelForms(accelerator, own));
            return specialized[^1];
        }
    }

    private bool IsFor(ReadOnlySpan<byte> arguments, ArgumentLayout.Leaf[] values)
    {
        foreach (ArgumentLayout.Leaf leaf in values)
        {
            int bytes = ArgumentLayout.SizeOf(leaf.Type);
            if (!arguments.Slice(leaf.Offset, bytes).SequenceEqual(source.SpecializedBlock.AsSpan(leaf.Offset, bytes)))
                return false;
        }
        return true;
    }

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
