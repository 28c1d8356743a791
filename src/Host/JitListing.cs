using System.Diagnostics;
using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Host;

/// <summary>
/// The machine code of a kernel. The JIT lists what it compiles only in a process that is started for it, so the program starts itself
/// again with the same arguments, and there only compiles the kernel.
/// </summary>
internal static class JitListing
{
    private const string Role = "VAEGPU_LISTS_MACHINE_CODE";

    /// <summary>Whether this is the process that compiles.</summary>
    public static bool IsCompiling => Environment.GetEnvironmentVariable(Role) is not null;

    /// <summary>The instructions of a launch's kernel, with their loops marked.</summary>
    /// <param name="launch">The launch.</param>
    /// <param name="arguments">Arguments of the program that make it call <see cref="MachineCode.Compile"/> for the kernel.</param>
    /// <exception cref="IOException">The runtime wrote no listing.</exception>
    public static string Of(KernelLaunch launch, IEnumerable<string> arguments)
    {
        string file = Path.Combine(Path.GetTempPath(), $"vaegpu-{Guid.NewGuid():N}.asm");
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!)
            {
                RedirectStandardOutput = true, RedirectStandardError = true, Environment = { [Role] = "1" },
            };
            // A tool is a program of its own; else .NET's host runs the assembly.
            if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("vaegpu", StringComparison.OrdinalIgnoreCase))
                start.ArgumentList.Add(typeof(JitListing).Assembly.Location);
            foreach (string argument in arguments)
                start.ArgumentList.Add(argument);
            foreach (var (name, value) in MachineCode.Environment(launch.Name, file))
                start.Environment[name] = value;
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new IOException($"The kernel could not be compiled to machine code: {errors.Result.Trim()}");
            string? code = File.Exists(file) ? MachineCode.Annotate(File.ReadAllText(file), launch.Name) : null;
            return code ?? throw new IOException(
                "The runtime gives no listing of machine code (DOTNET_JitDisasm). Use --target simd for the operations on vectors.");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
