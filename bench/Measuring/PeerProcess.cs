using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace VaeGpu.Bench.Measuring;

/// <summary>
/// A peer in a process of its own, so that its threads and ours do not meet. It first prints what it is. Then it answers each line,
/// some work and how often to do it, with the seconds that took, or with "none" and the reason where it cannot.
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    /// <summary>Longer than any first run takes, that of torch.compile among them; a peer that hangs must not eat the session.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(120);
    /// <summary>Worker threads of OpenMP spin for some milliseconds before they sleep.</summary>
    private static readonly TimeSpan rest = TimeSpan.FromMilliseconds(20);
    private const string None = "none";
    private readonly Process process;
    private string lastError = "";

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its file, or its name where the path has it.</param>
    /// <param name="threads">What OpenMP is told.</param>
    /// <param name="images">A file of images that it is told of, or null.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    /// <exception cref="PeerLostException">It ended before it said what it is; the message has its reason.</exception>
    public PeerProcess(string program, int threads, string? images, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // At its best: a forced older core costs OpenBLAS much.
        start.Environment.Remove("OPENBLAS_CORETYPE");
        if (HasUnusedAvx512)
        {
            start.Environment["MKL_ENABLE_INSTRUCTIONS"] = "AVX2";
            start.Environment["ATEN_CPU_CAPABILITY"] = "avx2";
            start.Environment["ONEDNN_MAX_CPU_ISA"] = "AVX2";
            start.Environment["OPENBLAS_CORETYPE"] = "Haswell";
        }
        start.Environment["OMP_PROC_BIND"] = "true";
        start.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        start.Environment["VAEGPU_IMAGES"] = images;
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => lastError = line.Data is { Length: > 0 } text ? text : lastError;
        process.BeginErrorReadLine();
        string? name = Read();
        if (name is { Length: > 0 } && !name.StartsWith(None, StringComparison.Ordinal))
        {
            Name = name;
            return;
        }
        process.WaitForExit(TimeSpan.FromSeconds(1));
        string reason = name is { Length: > 0 } ? name[None.Length..].Trim() : lastError;
        Dispose();
        throw new PeerLostException(reason.Length > 0 ? reason : $"{program} ended at once");
    }

    /// <summary>
    /// Whether .NET is kept from the processor's 512-bit vectors (DOTNET_EnableAVX512=0). MKL, ATen, oneDNN and OpenBLAS then are, too.
    /// </summary>
    private static bool HasUnusedAvx512 => X86Base.IsSupported && !Avx512F.IsSupported && (X86Base.CpuId(7, 0).Ebx >> 16 & 1) != 0;

    /// <summary>What it is, with its version.</summary>
    public string Name { get; } = "";

    /// <summary>Some work of the peer's, done once before; null, with the reason, where it cannot.</summary>
    /// <exception cref="PeerLostException">The peer ended, or hangs.</exception>
    public (Sampler? Sampler, string Reason) Work(string work)
    {
        string first = Ask(work, 1);
        return first.StartsWith(None, StringComparison.Ordinal) ? (null, first[None.Length..].Trim()) : (Run, "");

        double Run(int runs)
        {
            string answer = Ask(work, runs);
            return double.TryParse(answer, CultureInfo.InvariantCulture, out double seconds)
                ? seconds
                : throw new PeerLostException($"{Name}: {answer}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!process.HasExited)
            process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
            process.Kill(entireProcessTree: true);
        process.Dispose();
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
            throw new PeerLostException($"{Name} ended: {lastError}");
        }
        string answer = Read() ?? throw new PeerLostException($"{Name} ended: {lastError}");
        Thread.Sleep(rest);
        return answer;
    }

    /// <summary>The next line; null at the end.</summary>
    private string? Read()
    {
        Task<string?> line = process.StandardOutput.ReadLineAsync();
        if (line.Wait(patience))
            return line.Result;
        process.Kill(entireProcessTree: true);
        throw new PeerLostException($"the peer said nothing for {patience.TotalSeconds:0} s");
    }
}

/// <summary>Thrown when the peer's process has ended; the message gives the reason.</summary>
internal sealed class PeerLostException(string message) : Exception(message);
