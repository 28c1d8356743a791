using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;

namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// Runs kernels of PTX text, written from the PTX ISA to hold a compiler's output against it: every access is checked, and the first
/// finding stops the launch. Warps have 32 threads. Groups run one after the other, the warps of a group in turn.
/// </summary>
public sealed class PtxMachine(PtxMemory memory)
{
    /// <summary>Shared memory of one group that the machine has: what an sm_90 gives.</summary>
    public const int MaxSharedBytes = 227 * 1024;

    /// <summary>Lets instructions run whose result differs between GPUs (ex2.approx …).</summary>
    public bool AllowApproximations { get; set; }

    /// <summary>Lets lanes part at a bra.uni, which the ISA leaves undefined: as if it were a bra.</summary>
    public bool AllowDivergence { get; set; }

    /// <summary>Warp instructions that one launch may run.</summary>
    public long MaxInstructions { get; set; } = 2_000_000_000;

    /// <summary>Warp instructions run so far.</summary>
    public long Instructions { get; private set; }

    /// <summary>Runs a kernel to its end.</summary>
    /// <param name="parameters">The packed block: each of <see cref="PtxEntry.Parameters"/> at its offset.</param>
    /// <exception cref="PtxFault">The first thing that the kernel, or the launch, does wrong.</exception>
    public void Launch(
        PtxEntry entry, (int X, int Y, int Z) grid, (int X, int Y, int Z) group, int dynamicSharedBytes, ReadOnlySpan<byte> parameters)
    {
        Check(entry, grid, group, dynamicSharedBytes, parameters.Length);
        using PtxGroup running = new(entry, memory, grid, group, dynamicSharedBytes, parameters.ToArray())
        {
            AllowApproximations = AllowApproximations,
            AllowDivergence = AllowDivergence,
        };
        long budget = MaxInstructions;
        memory.Clock.StartLaunch();
        try
        {
            for (int z = 0; z < grid.Z; z++)
            {
                for (int y = 0; y < grid.Y; y++)
                {
                    for (int x = 0; x < grid.X; x++)
                        running.Run((x, y, z), ref budget);
                }
            }
        }
        finally
        {
            Instructions += MaxInstructions - budget;
            memory.EndLaunch();
        }
    }

    private static void Check(PtxEntry entry, (int X, int Y, int Z) grid, (int X, int Y, int Z) group, int dynamicSharedBytes,
        int parameterBytes)
    {
        if (grid.X < 1 || grid.Y is < 1 or > 65535 || grid.Z is < 1 or > 65535)
            throw Refuse(entry, $"a grid of {grid}");
        if (group.X is < 1 or > 1024 || group.Y is < 1 or > 1024 || group.Z is < 1 or > 64
            || (long)group.X * group.Y * group.Z > entry.MaxThreads)
            throw Refuse(entry, $"a group of {group}; the kernel takes {entry.MaxThreads} threads");
        if (entry.RequiredThreads is { } required && required != group)
            throw Refuse(entry, $"a group of {group}; the kernel takes {required} and nothing else");
        int shared = entry.Function.DynamicBase - PtxFunction.SharedBase;
        if (dynamicSharedBytes < 0 || (long)shared + dynamicSharedBytes > MaxSharedBytes)
            throw Refuse(entry, $"{dynamicSharedBytes} bytes of dynamic shared memory beside {shared}; a group has {MaxSharedBytes}");
        if (parameterBytes != entry.ParameterBytes)
            throw Refuse(entry, $"{parameterBytes} bytes of parameters; the kernel takes {entry.ParameterBytes}");
    }

    private static PtxFault Refuse(PtxEntry entry, string message) =>
        new(PtxFaultKind.Launch, entry.Name, 0, default, default, null, $"Launch: {message} (kernel '{entry.Name}')");
}
