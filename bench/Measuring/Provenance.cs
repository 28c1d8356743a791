using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Bench.Measuring;

/// <summary>Where a figure comes from: the source's commit, the day, the runtime, the machine and the command.</summary>
internal sealed record Provenance(string Commit, string Date, string Runtime, string Machine, string Command)
{
    /// <summary>This run's. The commit ends in '+' where the source differs from it; it is '?' outside a repository.</summary>
    /// <param name="arguments">The arguments of the program.</param>
    public static Provenance Now(IEnumerable<string> arguments) => new(
        Source(), DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), RuntimeInformation.FrameworkDescription,
        ThisMachine(), string.Join(' ', ["dotnet run -c Release --project bench --", .. arguments]));

    private static string Source()
    {
        // A bundle carries the commit that it was built of.
        string stamp = Path.Combine(AppContext.BaseDirectory, "commit.txt");
        if (File.Exists(stamp))
            return File.ReadAllText(stamp).Trim();
        string commit = Git("rev-parse --short=10 HEAD") is { Length: > 0 } head ? head : "?";
        return commit + (Git("status --porcelain") is { Length: > 0 } ? "+" : "");
    }

    private static string ThisMachine()
    {
        SimdDevice processor = SimdDevice.Create();
        string cores = Environment.ProcessorCount == 1 ? "1 core" : $"{Environment.ProcessorCount} cores";
        return $"{processor.Name}, {cores}, {processor.VectorBits}-bit vectors, {RuntimeInformation.OSDescription}";
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
        catch (Win32Exception)
        {
            return null;
        }
    }
}
