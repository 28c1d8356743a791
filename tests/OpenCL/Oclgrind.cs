using System.Diagnostics;
using System.Text.RegularExpressions;

namespace VaeGpu.Tests.OpenCL;

/// <summary>
/// Oclgrind, a checking simulator of an OpenCL device: tests of this assembly are run on it in a child process. Its own
/// launcher cannot do that, as the OpenCL loader is opened here by name; the loader is shown Oclgrind as the only driver.
/// </summary>
internal static class Oclgrind
{
    private const string Driver = "liboclgrind-rt-icd.so";
    private const string Marker = "VAEGPU_TEST_ON_OCLGRIND";
    // Under a minute on a machine of its own; a busy one needs a multiple of that.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>Whether this process is the child.</summary>
    public static bool IsHere => Environment.GetEnvironmentVariable(Marker) is not null;

    /// <summary>Runs the tests that a filter picks on Oclgrind; skips the caller where it is not installed.</summary>
    public static OclgrindResult Run(string filter)
    {
        string? driver = FindDriver();
        if (driver is null)
            Assert.Ignore($"Oclgrind is not installed: no {Driver} (Debian: oclgrind).");
        string scratch = Directory.CreateTempSubdirectory("vaegpu-oclgrind-").FullName;
        try
        {
            return Run(filter, driver!, scratch);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static OclgrindResult Run(string filter, string driver, string scratch)
    {
        File.WriteAllText(Path.Combine(scratch, "oclgrind.icd"), driver + "\n");
        string log = Path.Combine(scratch, "log");
        // One test at a time: the simulator confuses kernels of several threads.
        string[] arguments = ["test", typeof(Oclgrind).Assembly.Location, "--filter", filter, "--", "NUnit.NumberOfTestWorkers=0"];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = scratch,
        };
        start.Environment[Marker] = "1";
        start.Environment["OCL_ICD_VENDORS"] = scratch;
        // Programs of other drivers and options do not belong in the user's cache.
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(scratch, "cache");
        // What the optimizer removes cannot be found; what it merges would be found wrongly.
        start.Environment["OCLGRIND_BUILD_OPTIONS"] = "-cl-opt-disable";
        start.Environment["OCLGRIND_DATA_RACES"] = "1";
        start.Environment["OCLGRIND_UNINITIALIZED"] = "1";
        start.Environment["OCLGRIND_LOG"] = log;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The tests on Oclgrind took longer than {Patience}.");
        }
        return new(process.ExitCode, output.Result + errors.Result, File.Exists(log) ? File.ReadAllText(log) : "");
    }

    private static string? FindDriver()
    {
        var search = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true };
        string[] roots = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"];
        return roots.Where(Directory.Exists).SelectMany(root => Directory.EnumerateFiles(root, Driver, search)).FirstOrDefault();
    }
}

/// <summary>How a run on Oclgrind ended.</summary>
/// <param name="ExitCode">0 where every test passed.</param>
/// <param name="Output">What the test runner printed.</param>
/// <param name="Log">Oclgrind's findings; empty where it has none.</param>
internal sealed record OclgrindResult(int ExitCode, string Output, string Log)
{
    private static readonly Regex failure = new(
        @"^  Failed .*?(?=^  (Failed|Passed|Skipped) |^(Failed|Passed)!|\z)", RegexOptions.Multiline | RegexOptions.Singleline);

    /// <summary>Tests that passed, by the runner's closing line.</summary>
    public int Passed => Regex.Match(Output, @"Passed:\s+(\d+)") is { Success: true } match ? int.Parse(match.Groups[1].Value) : 0;

    /// <summary>What the runner printed of tests that failed, without its closing line; all of it where it names none.</summary>
    public string Failures => failure.IsMatch(Output) ? string.Concat(failure.Matches(Output)) : Output;
}
