using System.ComponentModel;

namespace VaeGpu.Bench.Measuring;

/// <summary>The peer for GPUs: the training step, as peer/pytorch_gpu.py has it.</summary>
internal static class PyTorchGpu
{
    private static readonly string script = Path.Combine(AppContext.BaseDirectory, "peer", "pytorch_gpu.py");

    /// <summary>Starts the peer with the first Python that has torch and sees the device; else null, with the reason.</summary>
    /// <param name="device">What it shall be compared with: a GPU, or the processor.</param>
    public static (PeerProcess? Peer, string Reason) TryStart(BenchDevice device)
    {
        string reason = "no Python here can import torch";
        foreach (string interpreter in (string[])["python3", "/usr/bin/python3"])
        {
            try
            {
                var peer = new PeerProcess(interpreter, Environment.ProcessorCount, script);
                if (peer.Name.EndsWith("the processor", StringComparison.Ordinal) != device.IsGpu)
                    return (peer, "");
                reason = $"{peer.Name} does not run on {device.Name}";
                peer.Dispose();
            }
            catch (Exception e) when (e is Win32Exception or PeerLostException)
            {
                reason = $"{interpreter}: {e.Message}";
            }
        }
        return (null, reason);
    }
}
