namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>
/// How fast bytes can be copied where so many lie: in a cache if they fit into one, else in memory. Each thread copies a part of its own,
/// again and again, with the system's copy: it is the ruler of kernels that memory bounds.
/// </summary>
internal sealed class CopyPeak : IDisposable
{
    /// <summary>Moved in a run: long against the barrier around it.</summary>
    public const long ManyBytes = 64 << 20;

    private readonly byte[][] sources, targets;
    private readonly Crew crew;
    private readonly int passes;

    /// <param name="threads">Threads that copy at once.</param>
    /// <param name="footprint">Bytes of all sources and targets together.</param>
    /// <param name="leastBytes">Bytes that a run moves, at least.</param>
    public CopyPeak(int threads, long footprint, long leastBytes = ManyBytes)
    {
        int part = (int)Math.Max(64, footprint / 2 / threads);
        sources = [.. Enumerable.Range(0, threads).Select(_ => Touched(part))];
        targets = [.. Enumerable.Range(0, threads).Select(_ => Touched(part))];
        passes = (int)Math.Max(1, leastBytes / (2L * part * threads));
        crew = new Crew(threads, Copy);
    }

    /// <summary>Bytes that a run reads and writes.</summary>
    public double Bytes => 2.0 * passes * sources.Sum(source => (double)source.Length);

    /// <summary>Copies on all threads; done when it returns.</summary>
    public void Run() => crew.Run();

    /// <inheritdoc/>
    public void Dispose() => crew.Dispose();

    private void Copy(int thread)
    {
        for (int pass = 0; pass < passes; pass++)
            sources[thread].CopyTo(targets[thread], 0);
    }

    /// <summary>Memory that lies where it will stay: the system gives a page when it is first written.</summary>
    private static byte[] Touched(int bytes)
    {
        var memory = new byte[bytes];
        Array.Fill(memory, (byte)1);
        return memory;
    }
}
