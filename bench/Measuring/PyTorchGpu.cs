using System.Diagnostics;
using System.Globalization;
using VaeGpu.Bench.Figures;
using VaeGpu.Kernels;

namespace VaeGpu.Bench.Measuring;

/// <summary>The peer for GPUs in a process of its own: cuBLAS and the training step, as peer/pytorch_gpu.py has them.</summary>
internal sealed class PyTorchGpu : IDisposable
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "peer", "pytorch_gpu.py");
    private readonly Process process;

    private PyTorchGpu(Process process, string version) => (this.process, Version) = (process, version);

    /// <summary>The version of PyTorch, and its device.</summary>
    public string Version { get; }

    /// <summary>Starts the peer with the first Python that has torch; null where none has.</summary>
    public static PyTorchGpu? TryStart()
    {
        foreach (string interpreter in (string[])["python3", "/usr/bin/python3"])
        {
            try
            {
                Process process = PyTorch.Start(interpreter, Environment.ProcessorCount, Script);
                if (process.StandardOutput.ReadLine() is { Length: > 0 } version)
                    return new(process, version);
                process.Dispose();
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // There is no such program: the next may be there.
            }
        }
        return null;
    }

    /// <summary>A product in "fp32", "tf32" or "bf16"; null, with the reason, where the peer cannot.</summary>
    public (Sampler? Sampler, string Reason) Product(string precision, MatMulShape shape, bool leftTurned) => Ready(string.Create(
        CultureInfo.InvariantCulture, $"product {precision} {shape.Rows} {shape.Depth} {shape.Columns} {(leftTurned ? 1 : 0)}"));

    /// <summary>A training step "eager", by "graph" or by "compile"; null, with the reason, where the peer cannot.</summary>
    public (Sampler? Sampler, string Reason) Step(string mode, StepSize size) => Ready(string.Create(
        CultureInfo.InvariantCulture, $"step {mode} {size.Batch} {string.Join(',', size.Hidden)}"));

    /// <inheritdoc/>
    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private (Sampler?, string) Ready(string work)
    {
        string first = Ask(work, 1);
        return first.StartsWith("none", StringComparison.Ordinal)
            ? (null, first["none".Length..].Trim())
            : (runs => double.Parse(Ask(work, runs), CultureInfo.InvariantCulture), "");
    }

    private string Ask(string work, int runs)
    {
        process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{work} {runs}"));
        return process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The peer ended.");
    }
}
