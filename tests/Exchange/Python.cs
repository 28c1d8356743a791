using System.Diagnostics;

namespace VaeGpu.Tests.Exchange;

/// <summary>A Python that has some modules.</summary>
internal static class Python
{
    private static readonly string[] Programs = ["python3", "/usr/bin/python3"];

    /// <summary>What a script writes; the test is skipped where no Python has the modules.</summary>
    public static string Run(string script, string[] arguments, params string[] modules)
    {
        string import = string.Concat(modules.Select(module => $"import {module}\n"));
        string? program = Array.Find(Programs, program => Start(program, import, []) is { ExitCode: 0 });
        if (program is null)
            Assert.Ignore(modules.Length == 0 ? "There is no python3." : $"No python3 has the module {string.Join(" and ", modules)}.");
        var (code, output, error) = Start(program!, script, arguments)!.Value;
        Assert.That(code, Is.Zero, error);
        return output;
    }

    private static (int ExitCode, string Output, string Error)? Start(string program, string script, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, ["-c", script, .. arguments])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
