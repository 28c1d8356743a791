using System.Diagnostics;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.Targets.Simd;

namespace VaeGpu.Gpu.Runtime.Cpu;

/// <summary>
/// Runs the groups of a launch on a fixed set of threads, the caller's among them. Each worker owns a fixed range of the
/// groups, which keeps its caches warm from launch to launch, and takes it piece by piece; whoever is done takes pieces of
/// the others, so a worker that lost its core to another process holds up one piece, not half the launch. Waiting is a
/// short spin, then sleep: spinning without end halves the speed of a shared core, sleeping at once costs wake-ups.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>Pieces that a worker's range is dealt in.</summary>
    private const int PiecesPerRange = 8;

    /// <summary>Rounds of spinning before sleep, about 20 µs.</summary>
    private const int SpinRounds = 400;

    private readonly object owner;
    private readonly Worker[] workers;
    private readonly Lock launching = new();
    private readonly SemaphoreSlim finished = new(0);
    private GroupRunner? runner;
    private int groups, pieces;
    private int generation;
    private Padded unfinished;
    private int callerSleeps;
    private bool closed;
    private volatile bool stopping;

    public WorkerPool(int threads, object owner)
    {
        this.owner = owner;
        workers = new Worker[threads];
        for (int i = 0; i < threads; i++)
            workers[i] = new Worker(this, i);
    }

    public int Count => workers.Length;

    /// <summary>Where workers note what they do; null where nobody asks. Set between launches.</summary>
    public WorkerLog? Log { get; set; }

    /// <summary>Makes sure that every worker has this much memory for shared arrays and spilled values.</summary>
    public void Reserve(long sharedBytes, long spillBytes)
    {
        lock (launching)
        {
            foreach (Worker worker in workers)
                worker.Reserve(sharedBytes, spillBytes);
        }
    }

    /// <summary>Runs all groups of a grid and returns when they are done.</summary>
    /// <exception cref="ObjectDisposedException">The pool was closed.</exception>
    public void Run(GroupRunner kernel, Index3D grid, byte* arguments)
    {
        lock (launching)
        {
            ObjectDisposedException.ThrowIf(closed, owner);
            int count = grid.Size;
            foreach (Worker worker in workers)
                worker.SetLaunch(grid, arguments);
            if (workers.Length == 1 || count == 1)
            {
                runner = kernel;
                RunPiece(workers[0], 0, count);
                runner = null;
                return;
            }
            runner = kernel;
            groups = count;
            pieces = Math.Min(PiecesPerRange, (count + workers.Length - 1) / workers.Length);
            Volatile.Write(ref unfinished.Value, (long)pieces * workers.Length);
            // It may wrap: the upper half of a counter does so with it.
            long next = (long)++generation << 32;
            foreach (Worker worker in workers)
                Volatile.Write(ref worker.Left.Value, next | (uint)pieces);
            foreach (Worker worker in workers.AsSpan(1))
                worker.Wake();
            Work(workers[0], generation);
            WaitForAll();
            runner = null;
        }
    }

    /// <summary>Takes pieces, of the worker's own range first, until none is left of this launch.</summary>
    private void Work(Worker self, long current)
    {
        int n = workers.Length;
        for (int k = 0; k < n; k++)
        {
            int owner = (self.Index + k) % n;
            ref long left = ref workers[owner].Left.Value;
            while (true)
            {
                long seen = Volatile.Read(ref left);
                if (seen >> 32 != current || (int)seen == 0)
                    break;
                if (Interlocked.CompareExchange(ref left, seen - 1, seen) != seen)
                    continue;
                // The piece is taken, so the launch cannot end before it: its fields stand.
                long start = (long)groups * owner / n, length = (long)groups * (owner + 1) / n - start;
                int piece = pieces - (int)seen;
                int first = (int)(start + length * piece / pieces), last = (int)(start + length * (piece + 1) / pieces);
                if (first < last)
                    RunPiece(self, first, last);
                if (Interlocked.Decrement(ref unfinished.Value) == 0 && self.Index != 0 && Interlocked.Exchange(ref callerSleeps, 0) == 1)
                    finished.Release();
            }
        }
    }

    private void RunPiece(Worker self, int first, int last)
    {
        if (Log is not { } log)
        {
            AlignedCall.Run(runner!, self.Frame, first, last);
            return;
        }
        long start = Stopwatch.GetTimestamp();
        AlignedCall.Run(runner!, self.Frame, first, last);
        log.Worked(self.Index, start);
    }

    private void WaitForAll()
    {
        for (int i = 0; i < SpinRounds; i++)
        {
            if (Volatile.Read(ref unfinished.Value) == 0)
                return;
            Thread.SpinWait(8);
        }
        // A wake-up that was meant for an earlier launch may come late, hence the loop.
        while (Volatile.Read(ref unfinished.Value) != 0)
        {
            Interlocked.Exchange(ref callerSleeps, 1);
            // Whoever swaps the flag back decides: the last worker then wakes this thread, else there is nothing to wait for.
            if (Volatile.Read(ref unfinished.Value) == 0 && Interlocked.Exchange(ref callerSleeps, 0) == 1)
                return;
            finished.Wait();
        }
    }

    /// <summary>Waits for a launch of another thread that is under way, and takes no more.</summary>
    public void Close()
    {
        lock (launching)
            closed = true;
    }

    public void Dispose()
    {
        Close();
        stopping = true;
        foreach (Worker worker in workers)
            worker.Stop();
        finished.Dispose();
    }

    /// <summary>A counter on a cache line of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Padded
    {
        [FieldOffset(64)] public long Value;
    }

    private sealed class Worker
    {
        private readonly WorkerPool pool;
        private readonly SemaphoreSlim wake = new(0);
        private readonly Thread? thread;
        private int sleeps;
        private long sharedBytes = -1, spillBytes = -1;

        /// <summary>The launch's number in the upper half, the pieces left of this worker's range in the lower.</summary>
        public Padded Left;

        public Worker(WorkerPool pool, int index)
        {
            this.pool = pool;
            Index = index;
            Frame = (WorkerFrame*)NativeMemory.AllocZeroed((nuint)sizeof(WorkerFrame));
            Frame->Constants = ConstantPool.Memory;
            Frame->Work = (byte*)NativeMemory.AlignedAlloc(Lanes.WorkBytes, 64);
            Reserve(0, 0);
            if (index == 0)
                return;
            thread = new Thread(Loop) { IsBackground = true, Name = $"kernel worker {index}" };
            thread.Start();
        }

        public int Index { get; }

        public WorkerFrame* Frame { get; }

        public void SetLaunch(Index3D grid, byte* arguments)
        {
            Frame->Arguments = arguments;
            Frame->GridX = grid.X;
            Frame->GridY = grid.Y;
            Frame->GridZ = grid.Z;
        }

        public void Reserve(long shared, long spill)
        {
            Frame->Shared = Grow(Frame->Shared, ref sharedBytes, shared);
            Frame->Spill = Grow(Frame->Spill, ref spillBytes, spill);
        }

        public void Wake()
        {
            if (Volatile.Read(ref sleeps) == 1 && Interlocked.Exchange(ref sleeps, 0) == 1)
                wake.Release();
        }

        public void Stop()
        {
            if (thread is not null)
            {
                wake.Release();
                thread.Join();
            }
            wake.Dispose();
            NativeMemory.AlignedFree(Frame->Shared);
            NativeMemory.AlignedFree(Frame->Spill);
            NativeMemory.AlignedFree(Frame->Work);
            NativeMemory.Free(Frame);
        }

        private void Loop()
        {
            long done = 0;
            while (!pool.stopping)
            {
                long current = Volatile.Read(ref Left.Value) >> 32;
                if (current != done)
                {
                    pool.Work(this, current);
                    done = current;
                }
                else
                {
                    Rest(done);
                }
            }
        }

        private void Rest(long done)
        {
            for (int i = 0; i < SpinRounds; i++)
            {
                if (Volatile.Read(ref Left.Value) >> 32 != done || pool.stopping)
                    return;
                Thread.SpinWait(8);
            }
            Interlocked.Exchange(ref sleeps, 1);
            // A launch that came meanwhile may have seen no sleeper: take the flag back, unless it is about to wake us.
            if ((Volatile.Read(ref Left.Value) >> 32 != done || pool.stopping) && Interlocked.Exchange(ref sleeps, 0) == 1)
                return;
            wake.Wait();
        }

        private static byte* Grow(byte* memory, ref long size, long wanted)
        {
            if (wanted <= size)
                return memory;
            NativeMemory.AlignedFree(memory);
            size = wanted;
            return (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, wanted), 64);
        }
    }
}
