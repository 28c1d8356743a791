using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Bench.Measuring;

/// <summary>Where a figure comes from: the source's commit, the day and the runtime.</summary>
internal sealed record Provenance(string Commit, string Date, string Runtime)
{
    /// <summary>This run's. The commit ends in '+' where the source differs from it; it is '?' outside a repository.</summary>
    public static Provenance Now()
    {
        // A bundle carries the commit that it was built of.
        const string Stamp = "commit.txt";
        string stamp = Path.Combine(AppContext.BaseDirectory, Stamp);
        if (File.Exists(stamp))
            return new(File.ReadAllText(stamp).Trim(), Today(), RuntimeInformation.FrameworkDescription);
        string commit = Git("rev-parse --short=10 HEAD") is { Length: > 0 } head ? head : "?";
        string dirty = Git("status --porcelain") is { Length: > 0 } ? "+" : "";
        return new(commit + dirty, Today(), RuntimeInformation.FrameworkDescription);
    }

    private static string Today() => DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The machine, in words, and how busy it is: figures of a busy machine say little, above all beside a peer.</summary>
    public static string Machine()
    {
        const string Load = "/proc/loadavg";
        string processor = SimdDevice.Create().Name;
        string load = File.Exists(Load) ? $", load average {File.ReadAllText(Load).Split(' ')[0]} before the first sample" : "";
        return $"{processor}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}{load}";
    }

    private static string? Git(string arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("git", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            string output = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
