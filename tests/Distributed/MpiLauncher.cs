using System.Diagnostics;

namespace VaeGpu.Tests.Distributed;

/// <summary>A launcher of MPI processes, as it is installed here.</summary>
public sealed record MpiLauncher(string Name, string[] Commands, string VersionWord)
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    /// <summary>Those that are tested.</summary>
    public static IReadOnlyList<MpiLauncher> All { get; } =
    [
        new("Open MPI", ["mpirun.openmpi", "mpirun"], "Open"),
        new("MPICH", ["mpiexec.mpich", "mpiexec.hydra", "mpiexec"], "HYDRA"),
    ];

    /// <summary>
    /// Starts as many processes as there are <paramref name="ranks"/>, of a program of this build. Ignores the test without a launcher.
    /// </summary>
    public Process Start(int ranks, string[] program, params (string Name, string Value)[] variables)
    {
        if (Find() is not { } file)
            throw new IgnoreException($"{Name} is not installed: {string.Join(", ", Commands)} is not in the path.");
        string dotnet = Environment.ProcessPath!;
        var start = new ProcessStartInfo(file, ["-n", $"{ranks}", dotnet, Path.Combine(AppContext.BaseDirectory, program[0]), .. program[1..]])
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

    private string? Find() => Commands
        .SelectMany(_ => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), (name, folder) => Path.Combine(folder, name))
        .FirstOrDefault(file => File.Exists(file) && VersionOf(file).Contains(VersionWord, StringComparison.Ordinal));

    private static string VersionOf(string file)
    {
        using var process = Process.Start(new ProcessStartInfo(file, ["--version"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        return End(process).Output;
    }
}
