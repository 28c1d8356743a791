using System.Globalization;
using System.Runtime.InteropServices;

namespace VaeGpu.Bench.Measuring;

/// <summary>The most memory that some work of this process takes, beyond what the process had before.</summary>
internal sealed partial class PeakMemory
{
    private const string Status = "/proc/self/status", Reset = "/proc/self/clear_refs";
    private readonly double before;

    private PeakMemory(double before) => this.before = before;

    /// <summary>Begins to watch; null where the system does not tell: it is for Linux with glibc.</summary>
    public static PeakMemory? Watch()
    {
        if (!File.Exists(Reset) || !NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out _))
            return null;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ReturnFreeMemory(0);
        // proc(5): this sets the peak, VmHWM, to what is resident now.
        File.WriteAllText(Reset, "5");
        return new(Read("VmRSS:"));
    }

    /// <summary>Bytes that were resident at the peak, beyond those at the beginning.</summary>
    public double Bytes => Math.Max(0, Read("VmHWM:") - before);

    /// <summary>malloc_trim(3): gives what was freed back, so that it counts again when it is used again.</summary>
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int ReturnFreeMemory(nuint keep);

    private static double Read(string name)
    {
        string line = File.ReadLines(Status).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
