using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>What the text may take for granted, and what it asks of the machine code.</summary>
/// <param name="Restrict">
/// That no view which the kernel only reads overlaps one that it writes; <see cref="PtxModule.Accepts"/> says for which launches
/// this holds. Only then may such a view be read by <c>ld.global.nc</c>, whose cache does not see the launch's own writes.
/// </param>
/// <param name="GroupsPerProcessor">Groups that shall fit a multiprocessor side by side: the registers are shared out accordingly.</param>
internal sealed record PtxOptions(bool Restrict = true, int? GroupsPerProcessor = null);

/// <summary>A kernel as PTX, with what the host has to know to load and launch it.</summary>
/// <param name="Entry">The kernel's name in the text.</param>
/// <param name="Text">The text: ASCII, lines ended by '\n'.</param>
/// <param name="Arguments">One for each <c>.param</c>, in order.</param>
/// <param name="GroupDim">The group's shape, which the text requires.</param>
/// <param name="StaticSharedBytes">Shared memory that the text itself declares.</param>
/// <param name="UsesDynamicShared">Whether it uses the launch's own shared memory, too.</param>
/// <param name="LocalBytes">Bytes of a thread's arrays that are not in registers.</param>
/// <param name="Isa">The lowest PTX version and GPU that have all that is used.</param>
internal sealed record PtxModule(
    string Entry, string Text, IReadOnlyList<PtxArgument> Arguments, Index3D GroupDim, long StaticSharedBytes, bool UsesDynamicShared,
    long LocalBytes, PtxIsa Isa)
{
    /// <summary>Whether what the text takes for granted holds for an argument block (<see cref="PtxOptions"/>).</summary>
    public unsafe bool Accepts(byte* block)
    {
        // Counted, since an enumerator would be allocated at each launch.
        for (int i = 0; i < Arguments.Count; i++)
        {
            if (Arguments[i].Access != PtxAccess.ReadOnly)
                continue;
            for (int j = 0; j < Arguments.Count; j++)
            {
                if (Arguments[j].Access == PtxAccess.Written && Use(block, Arguments[i]).Conflicts(Use(block, Arguments[j])))
                    return false;
            }
        }
        return true;
    }

    /// <summary>What a launch does with the memory behind its views; known where the text takes for granted what it can.</summary>
    public unsafe MemoryUse[] Uses(byte* block)
    {
        var uses = new List<MemoryUse>();
        foreach (PtxArgument argument in Arguments)
        {
            if (argument.Access != PtxAccess.None)
                uses.Add(Use(block, argument));
        }
        return [.. uses];
    }

    private static unsafe MemoryUse Use(byte* block, PtxArgument argument)
    {
        var view = (ViewArgument*)(block + argument.Parameter.ByteOffset);
        // A view whose elements are not known may reach to its buffer's end.
        long end = argument.Parameter.ElementBytes is > 0 and int bytes ? view->ByteOffset + view->Length * bytes : long.MaxValue;
        return new(view->Handle, view->ByteOffset, end, argument.Access == PtxAccess.Written);
    }
}

/// <summary>A <c>.param</c> of a kernel: where the argument block holds it, and what the kernel does with the memory behind it.</summary>
internal sealed record PtxArgument(Parameter Parameter, PtxAccess Access);

/// <summary>What a kernel does with the memory behind a view's pointer.</summary>
internal enum PtxAccess
{
    /// <summary>The argument is no pointer, or the launch's other views do not matter to how it is used.</summary>
    None,
    /// <summary>Only read: by the compiler's own loads through the cache that does not see the launch's writes.</summary>
    ReadOnly,
    /// <summary>Written, perhaps read as well.</summary>
    Written,
}

/// <summary>A version of the PTX language and the compute capability that it is for, ten times the number: 8.0 is 80.</summary>
internal readonly record struct PtxIsa(Version Version, int Target)
{
    /// <summary>What every kernel asks for: the oldest GPUs that today's drivers know, and the version that brought them.</summary>
    public static readonly PtxIsa Base = new(new(4, 0), 50);

    /// <summary>Instructions that take the lanes of a warp by a mask.</summary>
    public static readonly PtxIsa WarpMasks = new(new(6, 0), 50);

    /// <summary>The compute capability as NVIDIA writes it.</summary>
    public Version Capability => new(Target / 10, Target % 10);

    /// <summary>The lowest that has both.</summary>
    public PtxIsa And(PtxIsa other) => new(Version > other.Version ? Version : other.Version, Math.Max(Target, other.Target));
}
