using System.Globalization;

namespace VaeGpu.Fuzz;

/// <summary>The most memory that the process had since a moment, that of decoders beside the heap included; Linux alone tells it.</summary>
internal static class PeakMemory
{
    private const string ResetPeak = "5";

    /// <summary>Begins anew; the memory that the process has now, in bytes.</summary>
    public static long Restart()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        File.WriteAllText("/proc/self/clear_refs", ResetPeak);
        return Status("VmRSS:");
    }

    /// <summary>How much more there was at the most, in bytes.</summary>
    public static long Since(long memory) => OperatingSystem.IsLinux() ? Status("VmHWM:") - memory : 0;

    private static long Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line[name.Length..].Replace("kB", ""), CultureInfo.InvariantCulture);
    }
}
