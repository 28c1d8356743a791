using System.Diagnostics;
using System.Text;

namespace VaeGpu.Tests.Distributed;

/// <summary>A launcher of MPI processes, as it is installed here.</summary>
public sealed record MpiLauncher(string Name, string[] Commands, string VersionWord)
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(60);
    private readonly Lazy<string?> file = new(() => Find(Commands, VersionWord));

    /// <summary>Those that are tested.</summary>
    public static IReadOnlyList<MpiLauncher> All { get; } =
    [
        new("Open MPI", ["mpirun.openmpi", "mpirun"], "Open"),
        new("MPICH", ["mpiexec.mpich", "mpiexec.hydra", "mpiexec"], "HYDRA"),
    ];

    /// <summary>
    /// Starts as many processes as there are <paramref name="ranks"/>, of a program of this build. Ignores the test without a launcher.
    /// </summary>
    public Process Start(int ranks, string[] program, params (string Name, string Value)[] variables) =>
        Start([(ranks, program)], variables);

    /// <summary>The same with several programs, or one that is called in several ways.</summary>
    public Process Start((int Ranks, string[] Program)[] programs, params (string Name, string Value)[] variables)
    {
        if (file.Value is not { } found)
            throw new IgnoreException($"{Name} is not installed: {string.Join(", ", Commands)} is not in the path.");
        var start = new ProcessStartInfo(found, programs.Select(Arguments).Aggregate((one, next) => [.. one, ":", .. next]))
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment =
            {
                // Containers often run as root, and have fewer cores than the tests have ranks.
                ["OMPI_ALLOW_RUN_AS_ROOT"] = "1", ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1", ["PRTE_ALLOW_RUN_AS_ROOT"] = "1",
                ["PRTE_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1", ["OMPI_MCA_rmaps_base_oversubscribe"] = "1",
                ["OMPI_MCA_hwloc_base_binding_policy"] = "none", ["PRTE_MCA_rmaps_default_mapping_policy"] = ":oversubscribe",
                ["PRTE_MCA_hwloc_default_binding_policy"] = "none", ["TERM"] = "dumb",
            },
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>The same to the end.</summary>
    public (int ExitCode, string Output, string Error) Run(int ranks, string[] program, params (string Name, string Value)[] variables)
    {
        using var process = Start(ranks, program, variables);
        return End(process);
    }

    /// <summary>The number of the process that is a rank of those that were started with a word.</summary>
    public static int ProcessOf(int rank, string word)
    {
        byte[][] marks = [.. new[] { "OMPI_COMM_WORLD_RANK", "PMI_RANK" }.Select(name => Encoding.UTF8.GetBytes($"{name}={rank}\0"))];
        return Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(int.Parse!)
            .First(id => Read(id, "cmdline").AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)) >= 0
                && Array.Exists(marks, mark => Read(id, "environ").AsSpan().IndexOf(mark) >= 0));

        static byte[] Read(int id, string file)
        {
            try
            {
                return File.ReadAllBytes($"/proc/{id}/{file}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return [];
            }
        }
    }

    /// <summary>Reads what is left, and fails the test where a process does not end.</summary>
    public static (int ExitCode, string Output, string Error) End(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!Task.WhenAll(output, error, process.WaitForExitAsync()).Wait(limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("The processes did not end.");
        }
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string[] Arguments((int Ranks, string[] Program) part) =>
    [
        "-n", $"{part.Ranks}", Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, part.Program[0]), .. part.Program[1..],
    ];

    private static string? Find(string[] commands, string versionWord) => commands
        .SelectMany(
            _ => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), (name, folder) => Path.Combine(folder, name))
        .FirstOrDefault(file => File.Exists(file) && VersionOf(file).Contains(versionWord, StringComparison.Ordinal));

    private static string VersionOf(string file)
    {
        using var process = Process.Start(new ProcessStartInfo(file, ["--version"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        return End(process).Output;
    }
}
