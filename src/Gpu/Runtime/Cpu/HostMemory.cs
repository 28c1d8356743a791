using System.Globalization;

namespace VaeGpu.Gpu.Runtime.Cpu;

/// <summary>
/// The memory that this process can have at the very most. Linux promises more than there is, and kills the process that takes it; other
/// systems refuse to promise it.
/// </summary>
public static class HostMemory
{
    /// <summary>The share of a container's limit that the runtime counts as available; the rest is for memory beside its heap.</summary>
    private const double CountedOfLimit = 0.75;

    /// <summary>In bytes: memory and swap space, or a container's limit where that is less.</summary>
    internal static long Limit { get; } = OperatingSystem.IsLinux() ? LimitOfLinux() : long.MaxValue;

    /// <summary>
    /// The memory that this process can still have now, in bytes: what the system counts as free or as easily freed, with swap space, or
    /// what a container's limit leaves.
    /// </summary>
    public static long Available
    {
        get
        {
            if (OperatingSystem.IsLinux())
                return Math.Min(MemInfo("MemAvailable:") + MemInfo("SwapFree:"), Limit - Environment.WorkingSet);
            GCMemoryInfo memory = GC.GetGCMemoryInfo();
            return memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes;
        }
    }

    /// <summary>Refuses what certainly has no room.</summary>
    /// <param name="what">What asks, as a sentence's beginning.</param>
    /// <param name="asked">Bytes that it asks for.</param>
    /// <param name="buffers">Bytes in buffers; the objects of the heap come to them.</param>
    /// <param name="limit">Bytes that there are: <see cref="Limit"/>.</param>
    /// <exception cref="OutOfMemoryException">There is less than that together.</exception>
    internal static void ThrowIfBeyond(string what, long asked, long buffers, long limit)
    {
        // Garbage is not in the way: it is collected before anything is refused.
        if (buffers + asked + GC.GetTotalMemory(false) <= limit || buffers + asked + GC.GetTotalMemory(true) <= limit)
            return;
        throw new OutOfMemoryException(FormattableString.Invariant(
            $"{what} needs {asked / 1e9:N2} GB of memory beside {(buffers + GC.GetTotalMemory(false)) / 1e9:N2} GB in use, ")
            + FormattableString.Invariant($"and this process can have {limit / 1e9:N2} GB."));
    }

    private static long LimitOfLinux()
    {
        long counted = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        long memory = MemInfo("MemTotal:");
        return counted < memory ? (long)(counted / CountedOfLimit) : counted + MemInfo("SwapTotal:");
    }

    private static long MemInfo(string name)
    {
        string? line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0
            : 1024 * long.Parse(line[name.Length..].Replace("kB", ""), System.Globalization.CultureInfo.InvariantCulture);
    }
}
