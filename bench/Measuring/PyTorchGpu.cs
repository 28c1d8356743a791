using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using VaeGpu.Bench.Figures;

namespace VaeGpu.Bench.Measuring;

/// <summary>The peer for GPUs in a process of its own: the training step, as peer/pytorch_gpu.py has it.</summary>
internal sealed class PyTorchGpu : IDisposable
{
    /// <summary>Longer than the first torch.compile takes; a peer that hangs must not eat the session.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "peer", "pytorch_gpu.py");
    private readonly Process process;

    private PyTorchGpu(Process process, string version) => (this.process, Version) = (process, version);

    /// <summary>The version of PyTorch, and its device.</summary>
    public string Version { get; }

    /// <summary>Starts the peer with the first Python that has torch and sees the device; else null, with the reason.</summary>
    /// <param name="device">What it shall be compared with: a GPU, or the processor.</param>
    public static (PyTorchGpu? Peer, string Reason) TryStart(BenchDevice device)
    {
        string reason = "no Python here can import torch";
        foreach (string interpreter in (string[])["python3", "/usr/bin/python3"])
        {
            try
            {
                var peer = new PyTorchGpu(PyTorch.Start(interpreter, Environment.ProcessorCount, Script), "");
                string? version = peer.Read();
                if (version is { Length: > 0 } && version.EndsWith("the processor", StringComparison.Ordinal) != device.IsGpu)
                    return (new(peer.process, version), "");
                if (version is { Length: > 0 })
                    reason = $"PyTorch {version} is no peer of {device.Name}";
                peer.Dispose();
            }
            catch (Win32Exception)
            {
                // There is no such program: the next may be there.
            }
            catch (PeerLostException lost)
            {
                reason = lost.Message;
            }
        }
        return (null, reason);
    }

    /// <summary>A training step "eager", by "graph" or by "compile"; null, with the reason, where the peer cannot.</summary>
    public (Sampler? Sampler, string Reason) Step(string mode, StepSize size) => Ready(string.Create(
        CultureInfo.InvariantCulture, $"step {mode} {size.Batch} {string.Join(',', size.Hidden)}"));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!process.HasExited)
            process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
            process.Kill(entireProcessTree: true);
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
        try
        {
            process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{work} {runs}"));
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw new PeerLostException("PyTorch ended");
        }
        return Read() ?? throw new PeerLostException("PyTorch ended");
    }

    /// <summary>The next line; null at the end.</summary>
    /// <exception cref="PeerLostException">It does not come.</exception>
    private string? Read()
    {
        Task<string?> line = process.StandardOutput.ReadLineAsync();
        if (line.Wait(Patience))
            return line.Result;
        process.Kill(entireProcessTree: true);
        throw new PeerLostException($"PyTorch said nothing for {Patience.TotalSeconds:0} s");
    }
}

/// <summary>The peer's process is no more; the message says how it went.</summary>
internal sealed class PeerLostException(string message) : Exception(message);
