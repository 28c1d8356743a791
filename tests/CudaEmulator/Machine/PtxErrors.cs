namespace VaeGpu.CudaEmulator.Machine;

/// <summary>The text of a module is not PTX as the ISA has it, or not PTX that the machine knows.</summary>
public sealed class PtxException(int line, string message) : Exception($"line {line}: {message}")
{
    /// <summary>Line of the text, from 1.</summary>
    public int Line { get; } = line;
}

/// <summary>What a running kernel did wrong.</summary>
public enum PtxFaultKind
{
    /// <summary>An address outside every array that the access may touch.</summary>
    OutOfBounds,

    /// <summary>An address that is no multiple of the access's width.</summary>
    Misaligned,

    /// <summary>Bytes or a register that were read before they were written.</summary>
    Uninitialized,

    /// <summary>Two threads touch the same bytes of shared or global memory, one writes, and nothing orders them.</summary>
    Race,

    /// <summary>A barrier or warp-wide instruction that not all of its threads reach.</summary>
    Barrier,

    /// <summary>No thread of the group can go on.</summary>
    Deadlock,

    /// <summary>More instructions than the machine was told to run.</summary>
    Timeout,

    /// <summary>The kernel executed trap.</summary>
    Trap,

    /// <summary>The launch itself is wrong: shape, parameters, shared memory.</summary>
    Launch,

    /// <summary>An instruction whose result differs between GPUs, without leave.</summary>
    Approximate,

    /// <summary>Memory that the kernel reads by ld.global.nc and also writes.</summary>
    ReadOnly,

    /// <summary>Bytes that a cp.async still reads, or shared ones that it still owns.</summary>
    AsyncCopy,

    /// <summary>Something whose result the ISA leaves undefined.</summary>
    Undefined,
}

/// <summary>A finding: the launch stops at the first one.</summary>
public sealed class PtxFault(
    PtxFaultKind kind, string kernel, int line, (int X, int Y, int Z) group, (int X, int Y, int Z) thread, ulong? address, string message)
    : Exception(message)
{
    public PtxFaultKind Kind { get; } = kind;

    public string Kernel { get; } = kernel;

    /// <summary>Line of the module's text, from 1; 0 where no instruction is to blame.</summary>
    public int Line { get; } = line;

    public (int X, int Y, int Z) Group { get; } = group;

    public (int X, int Y, int Z) Thread { get; } = thread;

    public ulong? Address { get; } = address;
}
