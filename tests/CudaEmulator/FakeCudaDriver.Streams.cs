using System.Diagnostics;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.Runtime.Cuda;

namespace VaeGpu.CudaEmulator;

/// <content>Streams and events, and streams that are captured as graphs.</content>
internal sealed unsafe partial class FakeCudaDriver
{
    private sealed class FakeStream
    {
        public Queue<Func<CudaError>> Pending { get; } = [];
        public long Queued { get; set; }
        public long Done => Queued - Pending.Count;
        public FakeCapture? Capture { get; set; }
    }

    private sealed class FakeCapture
    {
        public Thread Thread { get; } = Thread.CurrentThread;
        public List<FakeNode> Nodes { get; } = [];
        /// <summary>What the next node waits for; pinned, since the driver hands its address out.</summary>
        public nint[] Waits { get; set; } = [];
        public bool IsSpoilt { get; set; }
    }

    /// <summary>Work in a graph.</summary>
    private sealed record FakeNode(nint Handle, Func<CudaError> Work, nint[] Waits);

    private sealed class FakeEvent
    {
        public FakeStream? Stream { get; set; }
        public long Mark { get; set; }
        public bool HasTime { get; init; }
        /// <summary>When the work before it was done; null until then.</summary>
        public long? Time { get; set; }
    }

    private sealed record FakeGraph(FakeNode[] Nodes);

    private sealed record FakeGraphExecutable(Func<CudaError>[] Work);

    public CudaError StreamCreate(nint* stream, uint flags) => OutsideCapture(nameof(StreamCreate), () =>
        flags == CudaNumber.StreamNonBlocking ? Make(stream, new FakeStream()) : CudaError.CUDA_ERROR_INVALID_VALUE);

    public CudaError StreamDestroy(nint stream) => InContext(nameof(StreamDestroy), () => Drop<FakeStream>(stream, found =>
        found.Capture is null ? Run(found, found.Queued) : CudaError.CUDA_ERROR_STREAM_CAPTURE_UNMATCHED));

    public CudaError StreamSynchronize(nint stream) => OfStream(nameof(StreamSynchronize), stream, found =>
    {
        if (found.Capture is null)
            return Run(found, found.Queued);
        found.Capture.IsSpoilt = true;
        return CudaError.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    });

    public CudaError EventCreate(nint* @event, uint flags) => InContext(nameof(EventCreate), () =>
        Make(@event, new FakeEvent { HasTime = flags == CudaNumber.EventDefault }));

    public CudaError EventDestroy(nint @event) => InContext(nameof(EventDestroy), () => Drop<FakeEvent>(@event));

    public CudaError EventRecord(nint @event, nint stream) => InContext(nameof(EventRecord), () => With<FakeEvent>(@event, mark =>
        With<FakeStream>(stream, found =>
        {
            mark.Time = null;
            CudaError error = mark.HasTime
                ? Queue(stream, () =>
                {
                    mark.Time = Stopwatch.GetTimestamp();
                    return CudaError.CUDA_SUCCESS;
                })
                : CudaError.CUDA_SUCCESS;
            (mark.Stream, mark.Mark) = (found, found.Queued);
            return error;
        })));

    public CudaError EventElapsedTime(float* milliseconds, nint start, nint end) => InContext(nameof(EventElapsedTime), () =>
        With<FakeEvent>(start, first => With<FakeEvent>(end, last =>
        {
            if (!first.HasTime || !last.HasTime || first.Stream is null || last.Stream is null)
                return CudaError.CUDA_ERROR_INVALID_HANDLE;
            if (first.Time is not { } from || last.Time is not { } to)
                return CudaError.CUDA_ERROR_NOT_READY;
            *milliseconds = (float)Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
            return CudaError.CUDA_SUCCESS;
        })));

    public CudaError EventSynchronize(nint @event) => InContext(nameof(EventSynchronize), () => With<FakeEvent>(@event, mark =>
        mark.Stream is { } stream ? Run(stream, mark.Mark) : CudaError.CUDA_SUCCESS));

    public CudaError MemcpyHtoDAsync(ulong target, void* source, nuint bytes, nint stream) =>
        Copy(nameof(MemcpyHtoDAsync), source, target, bytes, stream,
            () => Memory.Write(target, new ReadOnlySpan<byte>(source, (int)bytes)));

    public CudaError MemcpyDtoHAsync(void* target, ulong source, nuint bytes, nint stream) =>
        Copy(nameof(MemcpyDtoHAsync), target, source, bytes, stream, () => Memory.Read(source, new Span<byte>(target, (int)bytes)));

    public CudaError MemcpyDtoDAsync(ulong target, ulong source, nuint bytes, nint stream) => InContext(nameof(MemcpyDtoDAsync), () =>
        Lies(target, bytes) && Lies(source, bytes)
            ? Queue(stream, () => Do(() =>
            {
                byte[] moved = new byte[(int)bytes];
                Memory.Read(source, moved);
                Memory.Write(target, moved);
            }))
            : CudaError.CUDA_ERROR_INVALID_VALUE);

    public CudaError MemsetD8Async(ulong target, byte value, nuint count, nint stream) => InContext(nameof(MemsetD8Async), () =>
        Lies(target, count)
            ? Queue(stream, () => Do(() => Memory.Fill(target, [value], (long)count)))
            : CudaError.CUDA_ERROR_INVALID_VALUE);

    public CudaError StreamBeginCapture(nint stream, int mode) => OfStream(nameof(StreamBeginCapture), stream, found =>
    {
        if (found.Capture is not null)
            return CudaError.CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
        if (mode != CudaNumber.CaptureThreadLocal)
            return CudaError.CUDA_ERROR_INVALID_VALUE;
        found.Capture = new FakeCapture();
        return CudaError.CUDA_SUCCESS;
    });

    public CudaError StreamEndCapture(nint stream, nint* graph) => OfStream(nameof(StreamEndCapture), stream, found =>
    {
        *graph = 0;
        if (found.Capture is not { } capture || capture.Thread != Thread.CurrentThread)
            return CudaError.CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
        found.Capture = null;
        return capture.IsSpoilt ? CudaError.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : Make(graph, new FakeGraph([.. capture.Nodes]));
    });

    public CudaError StreamGetCaptureInfo(nint stream, int* status, ulong* id, nint* graph, nint** dependencies, nuint* count) =>
        OfStream(nameof(StreamGetCaptureInfo), stream, found =>
        {
            if (found.Capture is not { } capture)
                return CudaError.CUDA_ERROR_ILLEGAL_STATE;
            // CU_STREAM_CAPTURE_STATUS_ACTIVE.
            *status = 1;
            *dependencies = (nint*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(capture.Waits));
            *count = (nuint)capture.Waits.Length;
            return CudaError.CUDA_SUCCESS;
        });

    public CudaError StreamUpdateCaptureDependencies(nint stream, nint* dependencies, nuint count, uint flags)
    {
        nint[] waits = new ReadOnlySpan<nint>(dependencies, (int)count).ToArray();
        return OfStream(nameof(StreamUpdateCaptureDependencies), stream, found =>
        {
            if (found.Capture is not { } capture)
                return CudaError.CUDA_ERROR_ILLEGAL_STATE;
            if (dependencies is null || flags != CudaNumber.SetCaptureDependencies
                || !waits.All(node => capture.Nodes.Exists(other => other.Handle == node)))
                return CudaError.CUDA_ERROR_INVALID_VALUE;
            capture.Waits = Pinned(waits);
            return CudaError.CUDA_SUCCESS;
        });
    }

    public CudaError GraphInstantiate(nint* executable, nint graph, ulong flags) => OutsideCapture(nameof(GraphInstantiate), () =>
        With<FakeGraph>(graph, found =>
        {
            GraphWaits = [.. found.Nodes.Select(node =>
                node.Waits.Select(wait => Array.FindIndex(found.Nodes, other => other.Handle == wait)).ToArray())];
            return Make(executable, new FakeGraphExecutable(LastFirst(found.Nodes)));
        }));

    /// <summary>Of the graph made last: what each of its nodes waits for.</summary>
    public int[][] GraphWaits { get; private set; } = [];

    public CudaError GraphLaunch(nint executable, nint stream) => InContext(nameof(GraphLaunch), () =>
        With<FakeGraphExecutable>(executable, found => Queue(stream, () =>
        {
            foreach (Func<CudaError> work in found.Work)
            {
                CudaError error = work();
                if (error != CudaError.CUDA_SUCCESS)
                    return error;
            }
            return CudaError.CUDA_SUCCESS;
        })));

    public CudaError GraphExecDestroy(nint executable) => OutsideCapture(nameof(GraphExecDestroy), () =>
        Drop<FakeGraphExecutable>(executable));

    public CudaError GraphDestroy(nint graph) => InContext(nameof(GraphDestroy), () => Drop<FakeGraph>(graph));

    private CudaError OfStream(string name, nint stream, Func<FakeStream, CudaError> work) =>
        InContext(name, () => With(stream, work));

    /// <summary>An asynchronous copy: its host side must be page-locked, and a graph must not hold it.</summary>
    private CudaError Copy(string name, void* host, ulong device, nuint bytes, nint stream, Action copy) => InContext(name, () =>
    {
        bool isPinned = pinned.Any(block => (nint)host >= block.Key && (nint)host + (nint)bytes <= block.Key + (nint)block.Value);
        if (!isPinned || bytes == 0 || !Lies(device, bytes))
            return CudaError.CUDA_ERROR_INVALID_VALUE;
        return With<FakeStream>(stream, found =>
        {
            if (found.Capture is null)
                return Queue(stream, () => Do(copy));
            found.Capture.IsSpoilt = true;
            return CudaError.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        });
    });

    /// <summary>Whether a range of addresses lies within one allocation of the context.</summary>
    private bool Lies(ulong address, nuint bytes) => Memory.Find(address) is { } found
        && address - found.Base + (ulong)bytes <= (ulong)found.Bytes && owners[found.Base] == current.Value;

    private CudaError Queue(nint stream, Func<CudaError> work) => With<FakeStream>(stream, found =>
    {
        if (found.Capture is { } capture)
        {
            var node = new FakeNode(lastHandle += 0x10, work, capture.Waits);
            capture.Nodes.Add(node);
            capture.Waits = Pinned([node.Handle]);
            return CudaError.CUDA_SUCCESS;
        }
        found.Pending.Enqueue(work);
        found.Queued++;
        return CudaError.CUDA_SUCCESS;
    });

    /// <summary>An order that a graph allows, as far from the one in which it was captured as can be: of what is ready, the last.</summary>
    private static Func<CudaError>[] LastFirst(FakeNode[] nodes)
    {
        var left = nodes.ToList();
        var order = new List<Func<CudaError>>();
        while (left.Count > 0)
        {
            FakeNode next = left.Last(node => !node.Waits.Any(wait => left.Exists(other => other.Handle == wait)));
            order.Add(next.Work);
            left.Remove(next);
        }
        return [.. order];
    }

    private static nint[] Pinned(nint[] nodes)
    {
        nint[] pinned = GC.AllocateArray<nint>(nodes.Length, pinned: true);
        nodes.CopyTo(pinned, 0);
        return pinned;
    }

    private static CudaError Do(Action work)
    {
        try
        {
            work();
            return CudaError.CUDA_SUCCESS;
        }
        catch (ArgumentException)
        {
            return CudaError.CUDA_ERROR_ILLEGAL_ADDRESS;
        }
    }

    /// <summary>Runs what a stream has queued up to a mark.</summary>
    private CudaError Run(FakeStream stream, long mark)
    {
        while (stream.Done < mark && sticky is null)
        {
            CudaError error = stream.Pending.Dequeue()();
            if (error != CudaError.CUDA_SUCCESS && Forgives)
                return error;
            if (error != CudaError.CUDA_SUCCESS)
                sticky = error;
        }
        return sticky ?? CudaError.CUDA_SUCCESS;
    }

    private CudaError RunAll()
    {
        foreach (FakeStream stream in All<FakeStream>().Where(stream => stream.Capture is null).ToArray())
            Run(stream, stream.Queued);
        return sticky ?? CudaError.CUDA_SUCCESS;
    }
}
