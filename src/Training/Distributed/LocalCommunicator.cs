using System.Numerics.Tensors;

namespace VaeGpu.Training.Distributed;

/// <summary>Ranks of one process, each used by a thread of its own.</summary>
public sealed class LocalCommunicator : ICommunicator
{
    private readonly Group group;
    private int calls;

    private LocalCommunicator(Group group, int rank) => (this.group, Rank) = (group, rank);

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size => group.Size;

    /// <summary>The ranks of a new group.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is not a power of two.</exception>
    public static IReadOnlyList<LocalCommunicator> Ranks(int size)
    {
        if (!int.IsPow2(size))
            throw new ArgumentOutOfRangeException(nameof(size), size, "The number of ranks must be a power of two.");
        var group = new Group(size);
        return [.. Enumerable.Range(0, size).Select(rank => new LocalCommunicator(group, rank))];
    }

    /// <inheritdoc/>
    public IPendingSum BeginSum(Memory<float> values) => new PendingSum(group, Begin(values, Sum));

    /// <inheritdoc/>
    public byte[][] Gather(ReadOnlySpan<byte> bytes)
    {
        Call call = Begin(bytes.ToArray(), _ => { });
        group.Wait(call);
        return [.. call.Given.Select(given => (byte[])given!)];
    }

    /// <inheritdoc/>
    public void Barrier() => Gather([]);

    /// <inheritdoc/>
    public void Cancel() => group.Fail(FormattableString.Invariant($"Rank {Rank} failed."));

    /// <inheritdoc/>
    public void Abort(string reason, int exitCode = 1) => group.Fail(reason);

    /// <summary>Leaves the group; others that wait for this rank end with an exception.</summary>
    public void Dispose() => group.Leave(Rank);

    private Call Begin(object given, Action<object?[]> complete) => group.Begin(calls++, Rank, given, complete);

    /// <summary>((v₀ + v₁) + (v₂ + v₃)) + …, left in the values of every rank.</summary>
    private static void Sum(object?[] given)
    {
        Memory<float>[] values = [.. given.Select(one => (Memory<float>)one!)];
        for (int distance = 1; distance < values.Length; distance *= 2)
        {
            for (int rank = 0; rank < values.Length; rank += 2 * distance)
                TensorPrimitives.Add(values[rank].Span, values[rank + distance].Span, values[rank].Span);
        }
        foreach (Memory<float> other in values.AsSpan(1))
            values[0].Span.CopyTo(other.Span);
    }

    private sealed class PendingSum(Group group, Call call) : IPendingSum
    {
        public void Wait() => group.Wait(call);
    }

    /// <summary>What all ranks give at the same point.</summary>
    private sealed class Call(int size)
    {
        public object?[] Given { get; } = new object?[size];
        public int Arrived { get; set; }
        public bool IsComplete { get; set; }
    }

    /// <summary>The calls under way, by their number; the rank that arrives last completes a call.</summary>
    private sealed class Group(int size)
    {
        private readonly Dictionary<int, Call> calls = [];
        private readonly bool[] left = new bool[size];
        private string? failure;

        public int Size => size;

        public Call Begin(int number, int rank, object given, Action<object?[]> complete)
        {
            lock (calls)
            {
                ThrowIfFailed();
                if (!calls.TryGetValue(number, out Call? call))
                    calls.Add(number, call = new Call(size));
                call.Given[rank] = given;
                if (++call.Arrived == size)
                {
                    complete(call.Given);
                    call.IsComplete = true;
                    calls.Remove(number);
                    Monitor.PulseAll(calls);
                }
                return call;
            }
        }

        public void Wait(Call call)
        {
            lock (calls)
            {
                while (!call.IsComplete)
                {
                    ThrowIfFailed();
                    for (int rank = 0; rank < size; rank++)
                    {
                        if (left[rank] && call.Given[rank] is null)
                            throw new CommunicationException($"Rank {rank} ended before the others.");
                    }
                    Monitor.Wait(calls);
                }
            }
        }

        public void Fail(string reason)
        {
            lock (calls)
            {
                failure ??= reason;
                Monitor.PulseAll(calls);
            }
        }

        public void Leave(int rank)
        {
            lock (calls)
            {
                left[rank] = true;
                Monitor.PulseAll(calls);
            }
        }

        private void ThrowIfFailed()
        {
            if (failure is not null)
                throw new CommunicationException(failure);
        }
    }
}
