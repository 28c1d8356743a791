using System.Globalization;
using System.Runtime.InteropServices;

namespace VaeGpu.Gpu.Runtime.Cpu;

/// <summary>
/// Memory for buffers, and how much of it this process can have at the very most. Linux promises more than there is, and kills the process
/// that takes it; other systems refuse to promise it.
/// </summary>
public static class HostMemory
{
    /// <summary>The share of a container's limit that the runtime counts as available; the rest is for memory beside its heap.</summary>
    private const double CountedOfLimit = 0.75;
    /// <summary>The bytes of a huge page of x64, and of Arm with base pages of 4 KB.</summary>
    private const int HugePage = 1 << 21;
    /// <summary>The alignment of every block: a cache line, and the widest vector.</summary>
    private const int Line = 64;
    /// <summary>Linux's advice to back memory with huge pages.</summary>
    private const int AdviseHugePages = 14;

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
                return Math.Max(0, Math.Min(MemInfo("MemAvailable:") + MemInfo("SwapFree:"), Limit - Environment.WorkingSet));
            GCMemoryInfo memory = GC.GetGCMemoryInfo();
            return Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
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

    /// <summary>
    /// Allocates memory, aligned to a cache line; free it with <see cref="NativeMemory.AlignedFree"/>. On Linux, large blocks lie in huge
    /// pages where the system grants them: processors prefetch sequential reads up to the end of a page.
    /// </summary>
    /// <exception cref="OutOfMemoryException">The system has no room.</exception>
    internal static unsafe void* Allocate(long bytes)
    {
        if (bytes < HugePage || !OperatingSystem.IsLinux())
            return NativeMemory.AlignedAlloc((nuint)Math.Max(Line, bytes), Line);
        void* memory = NativeMemory.AlignedAlloc((nuint)bytes, HugePage);
        try
        {
            // Advice that is not taken changes nothing: the pages stay small.
            _ = madvise(memory, (nuint)bytes, AdviseHugePages);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
        }
        return memory;
    }

    [DllImport("libc")]
    private static extern unsafe int madvise(void* start, nuint bytes, int advice);

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
