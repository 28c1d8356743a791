using System.Diagnostics;
using System.Runtime.InteropServices;

namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>The thread that makes all calls of MPI (MPI_THREAD_FUNNELED), so that its caller computes while messages go.</summary>
/// <remarks>
/// MPI moves messages only while it is called, and its own waiting keeps a core busy. Here the thread asks again and again
/// (MPI_Testall); it offers its core to others between two calls while the caller waits, sleeps between them while the caller computes or
/// the wait is long, and does nothing while nothing is under way.
/// </remarks>
internal sealed class MpiThread
{
    private static readonly TimeSpan eager = TimeSpan.FromMilliseconds(2), longWait = TimeSpan.FromMilliseconds(100);

    private readonly MpiLibrary mpi;
    private readonly Thread thread;
    private readonly object gate = new();
    private readonly Queue<MpiOperation> begun = [];
    private readonly List<MpiOperation> active = [];
    private readonly TaskCompletionSource<(int Rank, int Size)> initialized = new();
    private long moved;
    private long waited;
    private int waiting;
    private bool ends, aborts, isStill;
    private int abortCode = 1;
    private CommunicationException? fault;

    public MpiThread(MpiLibrary mpi)
    {
        this.mpi = mpi;
        thread = new Thread(Run) { Name = "MPI", IsBackground = true };
        thread.Start();
    }

    /// <summary>This process's number and how many there are.</summary>
    public (int Rank, int Size) Place => initialized.Task.GetAwaiter().GetResult();

    /// <summary>Looks after the others while nothing comes from them; told how long that has been, and what is waited for.</summary>
    public Watchman? Watchman { get; set; }

    /// <summary>The ranks; empty until they are known.</summary>
    public Peer[] Peers { get; set; } = [];

    /// <summary>How long the caller has waited in all.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(0, waited);

    /// <summary>Starts an operation as soon as can be.</summary>
    /// <exception cref="CommunicationException">Another rank failed or was lost.</exception>
    public void Begin(MpiOperation operation)
    {
        lock (gate)
        {
            ThrowIfFailed();
            begun.Enqueue(operation);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Returns when an operation is complete.</summary>
    /// <exception cref="CommunicationException">Another rank failed or was lost.</exception>
    public void Wait(MpiOperation operation)
    {
        lock (gate)
        {
            if (operation.IsDone)
                return;
            long start = Stopwatch.GetTimestamp();
            waiting++;
            while (!operation.IsDone && fault is null)
                Monitor.Wait(gate);
            waiting--;
            waited += Stopwatch.GetTimestamp() - start;
            if (!operation.IsDone)
                ThrowIfFailed();
        }
    }

    /// <summary>Leaves MPI, when all ranks do.</summary>
    public void End()
    {
        lock (gate)
        {
            ends = true;
            Monitor.PulseAll(gate);
        }
        thread.Join();
    }

    /// <summary>Returns when no operation goes on any more. Nothing but <see cref="Abort"/> may follow.</summary>
    public void Cancel()
    {
        lock (gate)
        {
            fault ??= new CommunicationException("This rank has failed.");
            Monitor.PulseAll(gate);
            while (!isStill && !ends && !aborts)
                Monitor.Wait(gate);
        }
    }

    /// <summary>Ends the processes of all ranks, this one among them.</summary>
    public void Abort(int exitCode, TimeSpan patience)
    {
        lock (gate)
        {
            (aborts, abortCode) = (true, exitCode);
            Monitor.PulseAll(gate);
        }
        thread.Join(patience);
    }

    private void Run()
    {
        try
        {
            initialized.SetResult(mpi.Initialize());
            while (Take())
            {
                if (!Advance())
                    Pause();
            }
            if (!aborts)
                mpi.Complete();
        }
        catch (Exception e)
        {
            Fail(e as CommunicationException ?? new CommunicationException($"{e.Message} ({e.GetType().Name})", e));
        }
        if (aborts)
            mpi.Abort(abortCode);
    }

    /// <summary>Starts what was begun; waits where nothing is under way.</summary>
    /// <returns>Whether to go on.</returns>
    private bool Take()
    {
        lock (gate)
        {
            while (begun.Count + active.Count == 0 && !ends && !aborts && fault is null)
                Monitor.Wait(gate);
            if (aborts)
                return false;
            if (fault is not null)
                throw fault;
            while (begun.TryDequeue(out var operation))
            {
                operation.Start(mpi);
                active.Add(operation);
                moved = Stopwatch.GetTimestamp();
            }
            return active.Count > 0;
        }
    }

    /// <summary>Goes on with all that is under way.</summary>
    /// <returns>Whether something was completed.</returns>
    private bool Advance()
    {
        int before = active.Count;
        for (int i = 0; i < active.Count; i++)
        {
            if (!active[i].Advance(mpi))
                continue;
            Complete(active[i]);
            active.RemoveAt(i--);
        }
        return active.Count < before;
    }

    private void Complete(MpiOperation operation)
    {
        moved = Stopwatch.GetTimestamp();
        lock (gate)
        {
            operation.IsDone = true;
            if (waiting > 0)
                Monitor.PulseAll(gate);
        }
    }

    private void Pause()
    {
        var still = Stopwatch.GetElapsedTime(moved);
        Watchman?.Look(still, active[0]);
        if (Volatile.Read(ref waiting) > 0 && still < eager)
            Thread.Yield();
        else
            usleep(still < longWait ? 50u : 1000u);
    }

    private void Fail(CommunicationException e)
    {
        if (initialized.TrySetException(e))
            return;
        lock (gate)
        {
            (fault, isStill) = (e, true);
            Monitor.PulseAll(gate);
            // MPI can no longer be finalized in order.
            while (!aborts && !ends)
                Monitor.Wait(gate);
            aborts = true;
        }
    }

    private void ThrowIfFailed()
    {
        if (fault is not null)
            throw new CommunicationException(fault.Message, fault);
    }

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);
}
