using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using VaeGpu.Training.Distributed.Nccl;

namespace VaeGpu.Tests.Distributed;

/// <summary>Stands in for NCCL between threads of one process, on host memory; a stream's work is done when its call returns.</summary>
internal static unsafe class StandInNccl
{
    public const int InvalidUsage = 5;

    private static readonly ConcurrentDictionary<(long Id, int From, int To), BlockingCollection<float[]>> messages = new();
    private static readonly ConcurrentDictionary<nint, (long Id, int Size, int Rank)> ranks = new();
    private static readonly byte* text = (byte*)Marshal.StringToCoTaskMemUTF8("invalid usage");
    private static long ids;
    private static long handles;
    private static int connections, aborted;

    [ThreadStatic]
    private static List<Action>? grouped;

    /// <summary>Communicators that were made and not yet given back.</summary>
    public static int Open => ranks.Count;

    /// <summary>How many of them were cut off rather than left in order.</summary>
    public static int Aborted => aborted;

    /// <summary>How often ranks were to be connected.</summary>
    public static int Connections => connections;

    /// <summary>What CommGetAsyncError tells.</summary>
    public static int AsyncError { get; set; }

    /// <summary>How often the library's own reduction was called.</summary>
    public static int Reductions { get; private set; }

    /// <summary>
    /// The functions; where one <paramref name="refuses"/>, ranks are not connected: as where they share a GPU. Without
    /// <paramref name="hasId"/>, there is nothing to connect by.
    /// </summary>
    public static NcclFunctions Functions(bool refuses = false, bool hasId = true) => new()
    {
        GetUniqueId = hasId ? &GetUniqueId : &NoId, CommInitRank = refuses ? &Refuse : &CommInitRank,
        CommDestroy = &Destroy, CommAbort = &Abort, CommGetAsyncError = &GetAsyncError,
        GroupStart = &GroupStart, GroupEnd = &GroupEnd, Send = &Send, Recv = &Recv, AllReduce = &AllReduce,
        GetErrorString = &GetErrorString,
    };

    [UnmanagedCallersOnly]
    private static int GetUniqueId(NcclId* id)
    {
        *(long*)id = Interlocked.Increment(ref ids);
        return NcclFunctions.Success;
    }

    [UnmanagedCallersOnly]
    private static int NoId(NcclId* id) => InvalidUsage;

    [UnmanagedCallersOnly]
    private static int CommInitRank(nint* communicator, int size, NcclId id, int rank)
    {
        Interlocked.Increment(ref connections);
        *communicator = (nint)Interlocked.Increment(ref handles);
        ranks[*communicator] = (*(long*)&id, size, rank);
        return NcclFunctions.Success;
    }

    [UnmanagedCallersOnly]
    private static int Refuse(nint* communicator, int size, NcclId id, int rank) => InvalidUsage;

    [UnmanagedCallersOnly]
    private static int Destroy(nint communicator) => Remove(communicator);

    [UnmanagedCallersOnly]
    private static int Abort(nint communicator)
    {
        Interlocked.Increment(ref aborted);
        return Remove(communicator);
    }

    private static int Remove(nint communicator) => ranks.TryRemove(communicator, out _) ? NcclFunctions.Success : InvalidUsage;

    [UnmanagedCallersOnly]
    private static int GetAsyncError(nint communicator, int* error)
    {
        *error = AsyncError;
        return NcclFunctions.Success;
    }

    [UnmanagedCallersOnly]
    private static int GroupStart()
    {
        grouped = [];
        return NcclFunctions.Success;
    }

    /// <summary>Only now does what was called in the group happen: sends first, which are buffered.</summary>
    [UnmanagedCallersOnly]
    private static int GroupEnd()
    {
        grouped!.ForEach(call => call());
        grouped = null;
        return NcclFunctions.Success;
    }

    [UnmanagedCallersOnly]
    private static int Send(void* values, nuint count, int type, int peer, nint communicator, nint stream)
    {
        if (type != NcclFunctions.Float32 || grouped is null)
            return InvalidUsage;
        var (from, length) = ((nint)values, (int)count);
        grouped.Insert(0, () => Post(from, length, ranks[communicator], peer));
        return NcclFunctions.Success;
    }

    [UnmanagedCallersOnly]
    private static int Recv(void* values, nuint count, int type, int peer, nint communicator, nint stream)
    {
        if (type != NcclFunctions.Float32 || grouped is null)
            return InvalidUsage;
        var (to, length) = ((nint)values, (int)count);
        grouped.Add(() => Take(ranks[communicator], peer).CopyTo(new Span<float>((void*)to, length)));
        return NcclFunctions.Success;
    }

    /// <summary>Adds from the last rank down: another order than the tree's.</summary>
    [UnmanagedCallersOnly]
    private static int AllReduce(void* from, void* to, nuint count, int type, int operation, nint communicator, nint stream)
    {
        if (type != NcclFunctions.Float32 || operation != NcclFunctions.Addition)
            return InvalidUsage;
        Reductions++;
        var self = ranks[communicator];
        for (int rank = 0; rank < self.Size; rank++)
            Post((nint)from, (int)count, self, rank);
        var sum = new Span<float>(to, (int)count);
        sum.Clear();
        for (int rank = self.Size - 1; rank >= 0; rank--)
        {
            var values = Take(self, rank);
            for (int i = 0; i < values.Length; i++)
                sum[i] += values[i];
        }
        return NcclFunctions.Success;
    }

    [UnmanagedCallersOnly]
    private static byte* GetErrorString(int error) => text;

    private static void Post(nint values, int length, (long Id, int Size, int Rank) self, int to) =>
        Channel(self.Id, self.Rank, to).Add(new Span<float>((void*)values, length).ToArray());

    private static float[] Take((long Id, int Size, int Rank) self, int from) => Channel(self.Id, from, self.Rank).Take();

    private static BlockingCollection<float[]> Channel(long id, int from, int to) => messages.GetOrAdd((id, from, to), _ => []);
}
