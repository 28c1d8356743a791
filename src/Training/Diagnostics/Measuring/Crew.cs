namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>Threads that do one piece of work together, each its part: the calling one and helpers that wait in between.</summary>
internal sealed class Crew : IDisposable
{
    private readonly Action<int> work;
    private readonly Barrier? barrier;
    private volatile bool stopping;

    /// <param name="threads">How many.</param>
    /// <param name="work">What each does; it is told its number.</param>
    public Crew(int threads, Action<int> work)
    {
        (this.work, Threads) = (work, threads);
        if (threads == 1)
            return;
        barrier = new Barrier(threads);
        for (int i = 1; i < threads; i++)
        {
            int number = i;
            new Thread(() => Help(number)) { IsBackground = true, Name = $"crew {i}" }.Start();
        }
    }

    /// <summary>How many threads.</summary>
    public int Threads { get; }

    /// <summary>Works on all threads; done when it returns.</summary>
    public void Run()
    {
        barrier?.SignalAndWait();
        work(0);
        barrier?.SignalAndWait();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping = true;
        barrier?.SignalAndWait();
    }

    private void Help(int number)
    {
        while (true)
        {
            barrier!.SignalAndWait();
            if (stopping)
                return;
            work(number);
            barrier.SignalAndWait();
        }
    }
}
