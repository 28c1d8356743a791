using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace VaeGpu.Bench.Measuring;

/// <summary>
/// The peer in a process of its own, at its best settings: no OPENBLAS_CORETYPE (a forced older core costs it much),
/// OMP_PROC_BIND, as many threads as asked. It waits while the other side is measured.
/// </summary>
internal sealed class PyTorch : IDisposable
{
    private static readonly string[] Interpreters = ["python3", "/usr/bin/python3"];
    private const string SlowProducts = "reference BLAS";
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "peer", "pytorch_vae.py");
    private readonly Process process;

    /// <summary>Starts the peer; <paramref name="interpreter"/> comes from <see cref="Find"/>.</summary>
    public PyTorch(string interpreter, int threads, int batch, int[] hidden)
    {
        process = Start(interpreter, threads, Script, Text(threads), Text(batch), string.Join(',', hidden.Select(Text)));
        Version = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The peer did not start.");
    }

    /// <summary>The version of PyTorch, and the library of its products.</summary>
    public string Version { get; }

    /// <summary>The first interpreter that runs the peer at its best; null, with the reason, where there is none.</summary>
    public static (string? Interpreter, string Reason) Find()
    {
        string reason = $"none of {string.Join(", ", Interpreters)} can import torch";
        foreach (string interpreter in Interpreters)
        {
            string version = Probe(interpreter);
            // The reference BLAS is there to be right, not fast: a ratio to it would flatter us.
            if (version.EndsWith(SlowProducts, StringComparison.Ordinal))
                reason = $"{version}, which is far from its best; install OpenBLAS (Debian: libopenblas0-openmp)";
            else if (version.Length > 0)
                return (interpreter, "");
        }
        return (null, $"PyTorch was skipped: {reason}");
    }

    /// <summary>Makes so many steps and tells the seconds, by the peer's own clock.</summary>
    public double Sample(int steps)
    {
        process.StandardInput.WriteLine(Text(steps));
        string answer = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The peer ended.");
        return double.Parse(answer, CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>The version that an interpreter has; empty where it has none.</summary>
    private static string Probe(string interpreter)
    {
        try
        {
            using Process process = Start(interpreter, 1, Script);
            string version = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? version : "";
        }
        catch (Win32Exception)
        {
            return "";
        }
    }

    internal static Process Start(string interpreter, int threads, params string[] arguments)
    {
        var start = new ProcessStartInfo(interpreter, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment["OMP_PROC_BIND"] = "true";
        start.Environment["OMP_NUM_THREADS"] = Text(threads);
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
