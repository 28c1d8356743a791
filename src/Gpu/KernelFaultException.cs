namespace VaeGpu.Gpu;

/// <summary>The kinds of fault that the interpreter finds in a running kernel.</summary>
public enum KernelFault
{
    /// <summary>An access outside a view, a buffer, or a shared or local array.</summary>
    OutOfBounds,
    /// <summary>An access at an address that is no multiple of the accessed type's size.</summary>
    Misaligned,
    /// <summary>A read of memory that nothing has written.</summary>
    Uninitialized,
    /// <summary>Two threads of a group touch the same shared memory with no barrier between, and one writes.</summary>
    SharedRace,
    /// <summary>Two threads of a launch touch the same global memory with nothing to order them, and one changes it.</summary>
    GlobalRace,
    /// <summary>A barrier that not every thread reaches.</summary>
    DivergentBarrier,
    /// <summary>A shuffle or broadcast from a thread that does not take part in it.</summary>
    AbsentSource,
    /// <summary>A loop that goes round more often than any loop is expected to.</summary>
    EndlessLoop,
}

/// <summary>Something that a kernel did and must not do. The message says what, where, in which thread, and what to look at.</summary>
public sealed class KernelFaultException : Exception
{
    internal KernelFaultException(KernelFault fault, string kernel, SourceLocation? location, string thread, string what, string remedy)
        : base($"{(location is null || location.Method == kernel ? "" : kernel + ": ")}{location?.ToString() ?? kernel}: "
            + $"{thread} {what} {remedy}") =>
        (Fault, Kernel, File, Line) = (fault, kernel, location?.File, location?.Line ?? 0);

    public KernelFault Fault { get; }

    /// <summary>The kernel that was running.</summary>
    public string Kernel { get; }

    /// <summary>The source file of the faulting line, where the debug symbols tell.</summary>
    public string? File { get; }

    /// <summary>The faulting line; 0 where it is not known.</summary>
    public int Line { get; }
}
