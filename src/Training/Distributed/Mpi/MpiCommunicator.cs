using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>Ranks that an MPI launcher started, each a process of its own.</summary>
internal sealed unsafe class MpiCommunicator : ICommunicator
{
    /// <summary>Sums that may be under way at a time have tags of their own; every MPI has as many tags.</summary>
    private const int Tags = 1 << 14;

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    private readonly MpiThread thread;
    private readonly Action<string> tell;
    private readonly Peer self;
    private readonly Stack<MpiSum> idle = [];
    private readonly List<MpiSum> sums = [];
    private readonly Dictionary<int, RankExchange[]> plans = [];
    private int nextTag;
    private bool ended;

    /// <summary>Joins the other ranks. Only one communicator can be made in a process.</summary>
    /// <exception cref="CommunicationException">
    /// The library and the launcher do not belong together, or <see cref="Watchman.LimitVariable"/> is not a time.
    /// </exception>
    public MpiCommunicator(Launcher launcher, Action<string> tell)
    {
        this.tell = tell;
        var limit = Watchman.Limit(Environment.GetEnvironmentVariable(Watchman.LimitVariable));
        var mpi = MpiLibrary.Load(launcher);
        thread = new MpiThread(mpi);
        (Rank, Size) = thread.Place;
        self = Peer.Self(Rank);
        LauncherCores = launcher.Binds ? Peer.CoresOfParent() : 0;
        if (launcher.Size is { } started && started != Size)
        {
            End();
            throw new CommunicationException(FormattableString.Invariant(
                $"{launcher.Name} started {started} processes, of which {mpi.Version} sees {Size}: they do not belong together. ")
                + $"Start with the launcher of that library, or name the launcher's in {MpiLibrary.FileVariable}.");
        }
        thread.Peers = [.. Gather(self.ToBytes()).Select(Peer.Of)];
        thread.Watchman = new Watchman(thread.Peers, self, limit, tell);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public TimeSpan Waited => thread.Waited;

    /// <summary>The cores that a launcher that binds ranks to cores may use; else 0.</summary>
    public int LauncherCores { get; }

    /// <summary>The ranks, by number.</summary>
    public IReadOnlyList<Peer> Peers => thread.Peers;

    /// <inheritdoc/>
    public IPendingSum BeginSum(Memory<float> values)
    {
        if (!plans.TryGetValue(values.Length, out var plan))
            plans.Add(values.Length, plan = RankExchange.Plan(values.Length, Rank, Size));
        if (!idle.TryPop(out var sum))
            sums.Add(sum = new MpiSum(thread, idle));
        thread.Begin(sum.Of(values, plan, nextTag));
        nextTag = (nextTag + 1) % Tags;
        return sum;
    }

    /// <inheritdoc/>
    public byte[][] Gather(ReadOnlySpan<byte> bytes)
    {
        var lengths = new byte[Size * sizeof(int)];
        var own = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(own, bytes.Length);
        fixed (byte* mine = own, all = lengths)
        {
            var (from, to) = ((nint)mine, (nint)all);
            Do("a gathering", (mpi, request) => mpi.Gather((byte*)from, sizeof(int), (byte*)to, (byte*)request));
        }
        var counts = MemoryMarshal.Cast<byte, int>(lengths).ToArray();
        var starts = new int[Size];
        for (int rank = 1; rank < Size; rank++)
            starts[rank] = checked(starts[rank - 1] + counts[rank - 1]);
        var gathered = new byte[checked(starts[^1] + counts[^1])];
        fixed (byte* mine = bytes, all = gathered)
        fixed (int* many = counts, first = starts)
        {
            var (from, to, length, count, start) = ((nint)mine, (nint)all, bytes.Length, (nint)many, (nint)first);
            Do("a gathering",
                (mpi, request) => mpi.Gather((byte*)from, length, (byte*)to, (int*)count, (int*)start, (byte*)request));
        }
        return [.. counts.Select((count, rank) => gathered.AsSpan(starts[rank], count).ToArray())];
    }

    /// <inheritdoc/>
    public void Barrier() => Do("a barrier", (mpi, request) => mpi.Barrier((byte*)request));

    /// <inheritdoc/>
    public void Cancel() => thread.Cancel();

    /// <inheritdoc/>
    /// <remarks>The reason is the caller's to tell: the other processes end without a word.</remarks>
    public void Abort(string reason, int exitCode = 1)
    {
        ended = true;
        thread.Abort(exitCode, patience);
        Environment.Exit(exitCode);
    }

    /// <summary>Leaves the other ranks, when all do; after a fault, all ranks are ended.</summary>
    public void Dispose()
    {
        if (ended)
            return;
        try
        {
            Barrier();
        }
        catch (CommunicationException e)
        {
            tell($"error: {self}: {e.Message}");
            Abort(e.Message);
        }
        End();
    }

    private void End()
    {
        ended = true;
        thread.End();
        sums.ForEach(sum => sum.Dispose());
    }

    private void Do(string name, Action<MpiLibrary, nint> start)
    {
        using var operation = new MpiCollective(name, start);
        thread.Begin(operation);
        thread.Wait(operation);
    }
}
