using System.ComponentModel;
using System.Globalization;

namespace VaeGpu.Bench.Measuring;

/// <summary>
/// PyTorch on the processor, a process for each number of threads: libtorch through TorchSharp where <c>bench/peer/TorchSharp</c> is
/// built and can be loaded, else PyTorch in Python.
/// </summary>
internal sealed class TorchPeers : IDisposable
{
    private const string Project = "bench/peer/TorchSharp", SlowProducts = "reference BLAS";
    private static readonly string program =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../peer/TorchSharp/bin/Release/net10.0/VaeGpu.TorchSharp"));
    private static readonly string script = Path.Combine(AppContext.BaseDirectory, "peer", "pytorch_cpu.py");
    private readonly Dictionary<int, PeerProcess?> peers = [];
    private readonly List<string> reasons = [];

    /// <summary>Why there is no peer, or not the first choice; empty where there is.</summary>
    public string Reason => string.Join("; ", reasons.Distinct());

    /// <summary>Some work of the peer's on as many threads as a device has; null, with the reason, where it cannot be had.</summary>
    public (Sampler? Sampler, string Name, string Reason) Beside(BenchDevice device, string work)
    {
        int threads = device.Accelerator.NumMultiprocessors;
        if (!device.IsCpu || With(threads) is not { } peer)
            return (null, "", "");
        try
        {
            (Sampler? sampler, string reason) = peer.Work(work);
            return (sampler, peer.Name, reason);
        }
        catch (PeerLostException lost)
        {
            peers.Remove(threads);
            return (null, "", lost.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PeerProcess? peer in peers.Values)
            peer?.Dispose();
    }

    private PeerProcess? With(int threads)
    {
        if (!peers.TryGetValue(threads, out PeerProcess? peer))
            peers.Add(threads, peer = Start(threads));
        return peer;
    }

    private PeerProcess? Start(int threads)
    {
        reasons.Clear();
        string count = threads.ToString(CultureInfo.InvariantCulture);
        if (!File.Exists(program))
            reasons.Add($"TorchSharp is not built (`dotnet build -c Release {Project}`)");
        else if (TryStart(program, threads, count) is { } torchSharp)
            return torchSharp;
        foreach (string interpreter in (string[])["python3", "/usr/bin/python3"])
        {
            if (TryStart(interpreter, threads, script, count) is not { } python)
                continue;
            // The reference BLAS is there to be right, not fast: a ratio to it would flatter us.
            if (!python.Name.EndsWith(SlowProducts, StringComparison.Ordinal))
                return python;
            reasons.Add($"{python.Name} is far from its best; install OpenBLAS (Debian: libopenblas0-openmp)");
            python.Dispose();
        }
        return null;
    }

    private PeerProcess? TryStart(string file, int threads, params string[] arguments)
    {
        try
        {
            return new PeerProcess(file, threads, arguments);
        }
        catch (Exception e) when (e is PeerLostException or Win32Exception)
        {
            reasons.Add($"{Path.GetFileName(file)}: {e.Message}");
            return null;
        }
    }
}
