using System.ComponentModel;
using System.Globalization;

namespace VaeGpu.Bench.Measuring;

/// <summary>
/// PyTorch on the processor, processes for each number of threads: libtorch through TorchSharp where <c>bench/peer/TorchSharp</c> is built
/// and can be loaded, and PyTorch in Python. Of two, the faster is the peer: they have different libraries for products, and which of
/// them is at its best depends on the processor.
/// </summary>
/// <param name="images">A file of the images of training steps, a byte for each pixel; null for random images alone.</param>
internal sealed class TorchPeers(string? images = null) : IDisposable
{
    private const string Project = "bench/peer/TorchSharp", SlowProducts = "reference BLAS";
    private const int Probes = 3;
    private static readonly string program =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../peer/TorchSharp/bin/Release/net10.0/VaeGpu.TorchSharp"));
    private static readonly string script = Path.Combine(AppContext.BaseDirectory, "peer", "pytorch_cpu.py");
    private readonly Dictionary<int, List<PeerProcess>> peers = [];
    private readonly List<string> reasons = [];

    /// <summary>Why one of the peers, or both, are not there; empty where they are.</summary>
    public string Reason => string.Join("; ", reasons.Distinct());

    /// <summary>Some work of a peer's on as many threads as a device has; null, with the reason, where it cannot be had.</summary>
    public (Sampler? Sampler, string Name, string Reason) Beside(BenchDevice device, string work)
    {
        if (!device.IsCpu)
            return (null, "", "");
        List<(Sampler Sampler, string Name, double Seconds)> able = [];
        List<string> failures = [];
        List<PeerProcess> running = With(device.Accelerator.NumMultiprocessors);
        foreach (PeerProcess peer in running.ToArray())
        {
            try
            {
                (Sampler? sampler, string reason) = peer.Work(work);
                if (sampler is not null)
                    able.Add((sampler, peer.Name, Enumerable.Range(0, Probes).Min(_ => sampler(1))));
                else
                    failures.Add($"{peer.Name}: {reason}");
            }
            catch (PeerLostException lost)
            {
                running.Remove(peer);
                peer.Dispose();
                failures.Add(lost.Message);
            }
        }
        (Sampler? faster, string name, _) = able.OrderBy(peer => peer.Seconds).FirstOrDefault();
        return (faster, name ?? "", string.Join("; ", failures));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PeerProcess peer in peers.Values.SelectMany(running => running))
            peer.Dispose();
    }

    private List<PeerProcess> With(int threads)
    {
        if (!peers.TryGetValue(threads, out List<PeerProcess>? running))
            peers.Add(threads, running = [.. new[] { StartTorchSharp(threads), StartPython(threads) }.OfType<PeerProcess>()]);
        return running;
    }

    private PeerProcess? StartTorchSharp(int threads)
    {
        if (File.Exists(program))
            return TryStart(program, threads, Text(threads));
        reasons.Add($"TorchSharp is not built (`dotnet build -c Release {Project}`)");
        return null;
    }

    private PeerProcess? StartPython(int threads)
    {
        foreach (string interpreter in (string[])["python3", "/usr/bin/python3"])
        {
            if (TryStart(interpreter, threads, script, Text(threads)) is not { } python)
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
            return new PeerProcess(file, threads, images, arguments);
        }
        catch (Exception e) when (e is PeerLostException or Win32Exception)
        {
            reasons.Add($"{Path.GetFileName(file)}: {e.Message}");
            return null;
        }
    }

    private static string Text(int threads) => threads.ToString(CultureInfo.InvariantCulture);
}
