using ILGPU.Runtime.Cuda;
using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Training.Distributed.Nccl;

/// <summary>
/// Ranks with a GPU each. Gradients go from GPU to GPU by NVIDIA's NCCL; the rest goes the way of the ranks that it is made of.
/// </summary>
internal sealed unsafe class NcclCommunicator : IDeviceCommunicator
{
    private readonly ICommunicator ranks;
    private readonly NcclFunctions nccl;
    private readonly Accelerator accelerator;
    private readonly ShardLauncher launcher;
    private readonly bool fast;
    private readonly Dictionary<int, RankExchange[]> plans = [];
    private readonly nint stream;
    private readonly nint handle;
    private MemoryBuffer1D<float, Stride1D.Dense>? received;
    private bool failed, isComplete, hasLeft;

    private NcclCommunicator(ICommunicator ranks, Accelerator accelerator, ReduceKind kind, NcclFunctions nccl, NcclId id)
    {
        (this.ranks, this.accelerator, this.nccl, fast) = (ranks, accelerator, nccl, kind == ReduceKind.Fast);
        launcher = new ShardLauncher(accelerator);
        stream = StreamOf(accelerator);
        // Makes the device's context current on this thread, as NCCL needs it.
        accelerator.Synchronize();
        nint made;
        nccl.Check(nccl.CommInitRank(&made, ranks.Size, id, ranks.Rank), "ncclCommInitRank");
        handle = made;
    }

    /// <inheritdoc/>
    public int Rank => ranks.Rank;

    /// <inheritdoc/>
    public int Size => ranks.Size;

    /// <inheritdoc/>
    public TimeSpan Waited => ranks.Waited;

    /// <summary>Whether an accelerator is one that NCCL knows: an NVIDIA GPU.</summary>
    public static bool Knows(Accelerator accelerator) => accelerator is PtxAccelerator or CudaAccelerator;

    /// <summary>
    /// Connects the GPUs of all ranks. All ranks make this call; it has one result everywhere.
    /// </summary>
    /// <param name="ranks">The ranks, which agree through it.</param>
    /// <param name="accelerator">This rank's device.</param>
    /// <param name="kind">How gradients are added up.</param>
    /// <param name="functions">The library; null where this rank has none.</param>
    /// <param name="refusal">Why <paramref name="functions"/> is null; afterwards, why the result is.</param>
    /// <returns>The ranks with their GPUs; null where one of them cannot take part.</returns>
    public static NcclCommunicator? Connect(
        ICommunicator ranks, Accelerator accelerator, ReduceKind kind, NcclFunctions? functions, ref string refusal)
    {
        if (FirstRefusal(ranks, ref refusal))
            return null;
        var id = new NcclId();
        int result = ranks.Rank == 0 ? functions!.GetUniqueId(&id) : NcclFunctions.Success;
        // Without an id, connecting would wait for ranks that never come.
        byte[] first = ranks.Gather(result == NcclFunctions.Success ? new(id.Value, NcclId.Bytes) : [])[0];
        first.CopyTo(new Span<byte>(id.Value, NcclId.Bytes));
        NcclCommunicator? made = null;
        try
        {
            functions!.Check(result, "ncclGetUniqueId");
            if (first.Length > 0)
                made = new NcclCommunicator(ranks, accelerator, kind, functions, id);
        }
        catch (CommunicationException e)
        {
            refusal = e.Message;
        }
        if (!FirstRefusal(ranks, ref refusal))
            return made;
        made?.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public IPendingSum BeginSum(Memory<float> values) => ranks.BeginSum(values);

    /// <inheritdoc/>
    public byte[][] Gather(ReadOnlySpan<byte> bytes) => ranks.Gather(bytes);

    /// <inheritdoc/>
    public void Barrier() => ranks.Barrier();

    /// <inheritdoc/>
    public void Sum(ArrayView<float> values)
    {
        if (values.Length == 0)
            return;
        ThrowIfFailed();
        if (fast)
        {
            float* all = AddressOf(values);
            Check(nccl.AllReduce(all, all, (nuint)values.Length, NcclFunctions.Float32, NcclFunctions.Addition, handle, stream),
                "ncclAllReduce");
            return;
        }
        int length = checked((int)values.Length);
        if (!plans.TryGetValue(length, out var plan))
            plans.Add(length, plan = RankExchange.Plan(length, Rank, Size));
        foreach (var exchange in plan)
            Do(exchange, values);
    }

    /// <inheritdoc/>
    public void Complete() => isComplete = true;

    /// <inheritdoc/>
    public void Cancel()
    {
        failed = true;
        Leave();
        ranks.Cancel();
    }

    /// <inheritdoc/>
    public void Abort(string reason, int exitCode = 1)
    {
        failed = true;
        ranks.Abort(reason, exitCode);
    }

    /// <summary>Leaves the GPUs; the ranks stay.</summary>
    public void Dispose()
    {
        // Before its memory goes, which messages under way may be writing.
        Leave();
        received?.Dispose();
    }

    private void Leave()
    {
        if (!hasLeft)
            _ = isComplete && !failed ? nccl.CommDestroy(handle) : nccl.CommAbort(handle);
        hasLeft = true;
    }

    /// <summary>The message both ways at once, then the addition, all on the device's stream.</summary>
    private void Do(RankExchange exchange, ArrayView<float> values)
    {
        var (sent, place) = (exchange.Sent, exchange.Received);
        var target = exchange.Adds ? Room(place.Length) : values.SubView(place.First, place.Length);
        Check(nccl.GroupStart(), "ncclGroupStart");
        Check(nccl.Send(AddressOf(values) + sent.First, (nuint)sent.Length, NcclFunctions.Float32, exchange.Partner, handle, stream),
            "ncclSend");
        Check(nccl.Recv(AddressOf(target), (nuint)place.Length, NcclFunctions.Float32, exchange.Partner, handle, stream), "ncclRecv");
        Check(nccl.GroupEnd(), "ncclGroupEnd");
        // Of two shards, the second is added to the first: the sum takes its place.
        if (exchange.Adds)
            launcher.Add(values.SubView(place.First, place.Length), target, stride: place.Length, shard: 1, shards: 2);
    }

    private ArrayView<float> Room(int length)
    {
        if (received is null || received.Length < length)
        {
            accelerator.Synchronize();
            received?.Dispose();
            received = accelerator.Allocate1D<float>(length);
        }
        ArrayView<float> all = received.View;
        return all.SubView(0, length);
    }

    private void ThrowIfFailed()
    {
        int error = NcclFunctions.Success;
        Check(nccl.CommGetAsyncError(handle, &error), "ncclCommGetAsyncError");
        Check(error, "NCCL");
    }

    private void Check(int result, string call)
    {
        failed |= result != NcclFunctions.Success;
        nccl.Check(result, call);
    }

    /// <summary>Whether a rank has a refusal; then all have that of the first one.</summary>
    private static bool FirstRefusal(ICommunicator ranks, ref string refusal)
    {
        byte[][] all = ranks.Gather(Encoding.UTF8.GetBytes(refusal));
        int first = Array.FindIndex(all, one => one.Length > 0);
        if (first >= 0)
            refusal = $"rank {first}: {Encoding.UTF8.GetString(all[first])}";
        return first >= 0;
    }

    private static nint StreamOf(Accelerator accelerator) => accelerator.DefaultStream switch
    {
        EngineStream stream => stream.Handle,
        CudaStream stream => stream.StreamPtr,
        _ => 0,
    };

    private static float* AddressOf(ArrayView<float> values) => (float*)values.LoadEffectiveAddressAsPtr();
}
