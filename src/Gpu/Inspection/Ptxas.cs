using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace VaeGpu.Gpu.Inspection;

/// <summary>NVIDIA's assembler, a program of the CUDA toolkit. It needs no GPU, and tells how many registers a kernel takes.</summary>
/// <param name="program">Where it is.</param>
public sealed partial class Ptxas(string program)
{
    /// <summary>The assembler in the first of some folders that has it; null where none does.</summary>
    /// <param name="path">Folders as in the environment variable PATH.</param>
    public static Ptxas? Find(string? path)
    {
        string name = OperatingSystem.IsWindows() ? "ptxas.exe" : "ptxas";
        string? found = (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return found is null ? null : new(found);
    }

    /// <summary>Registers of each thread.</summary>
    /// <param name="ptx">The text of one kernel.</param>
    /// <param name="architecture">What it is assembled for, such as sm_90.</param>
    /// <param name="refusal">The first line of the assembler's output if it reported no number; otherwise null.</param>
    public int? Registers(string ptx, string architecture, out string? refusal)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("vaegpu-");
        try
        {
            string source = Path.Combine(folder.FullName, "kernel.ptx");
            File.WriteAllText(source, ptx);
            string said = Run("-arch", architecture, "-v", "-o", Path.Combine(folder.FullName, "kernel.cubin"), source);
            int? registers = Used().Match(said) is { Success: true } used
                ? int.Parse(used.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
                : null;
            refusal = registers is null ? said.Trim().Split('\n')[0] : null;
            return registers;
        }
        catch (Win32Exception e)
        {
            refusal = e.Message;
            return null;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private string Run(params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return errors.Result + output;
    }

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Used();
}
