using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>A sum over all ranks: the exchanges of its plan, one after the other. It is used again, so that no step allocates.</summary>
internal sealed unsafe class MpiSum(MpiThread thread, Stack<MpiSum> idle) : MpiOperation, IPendingSum, IDisposable
{
    private readonly byte* requests = (byte*)NativeMemory.AllocZeroed(2, (nuint)sizeof(nint));
    private float* received;
    private int room;
    private RankExchange[] plan = [];
    private MemoryHandle pinned;
    private int length, tag, next;

    public override string Awaited => next < plan.Length ? $"values of {thread.Peers[plan[next].Partner]}" : "values";

    /// <summary>Takes what is to be added. The tag is this sum's own among those that may be under way.</summary>
    public MpiSum Of(Memory<float> values, RankExchange[] exchanges, int sumTag)
    {
        (plan, length, tag, next, IsDone) = (exchanges, values.Length, sumTag, 0, false);
        pinned = values.Pin();
        int needed = exchanges.Max(exchange => exchange.Adds ? exchange.Received.Length : 0);
        if (needed > room)
        {
            NativeMemory.AlignedFree(received);
            received = (float*)NativeMemory.AlignedAlloc((nuint)needed * sizeof(float), 64);
            room = needed;
        }
        return this;
    }

    public override void Start(MpiLibrary mpi)
    {
        if (plan.Length > 0)
            Begin(mpi);
    }

    public override bool Advance(MpiLibrary mpi)
    {
        while (next < plan.Length)
        {
            if (!mpi.Test(requests, 2))
                return false;
            if (plan[next].Adds)
                Add(plan[next]);
            next++;
            if (next < plan.Length)
                Begin(mpi);
        }
        return true;
    }

    /// <inheritdoc/>
    public void Wait()
    {
        thread.Wait(this);
        pinned.Dispose();
        idle.Push(this);
    }

    public void Dispose()
    {
        NativeMemory.Free(requests);
        NativeMemory.AlignedFree(received);
    }

    private float* Values => (float*)pinned.Pointer;

    private void Begin(MpiLibrary mpi)
    {
        var exchange = plan[next];
        float* target = exchange.Adds ? received : Values + exchange.Received.First;
        mpi.Receive(target, exchange.Received.Length, exchange.Partner, tag, requests);
        mpi.Send(Values + exchange.Sent.First, exchange.Sent.Length, exchange.Partner, tag, requests + mpi.RequestBytes);
    }

    private void Add(RankExchange exchange)
    {
        var own = new Span<float>(Values, length).Slice(exchange.Received.First, exchange.Received.Length);
        var other = new Span<float>(received, exchange.Received.Length);
        if (exchange.PartnerIsFirst)
            TensorPrimitives.Add(other, own, own);
        else
            TensorPrimitives.Add(own, other, own);
    }
}
