using System.Collections.Concurrent;

namespace VaeGpu.Host.Serving;

/// <summary>Uses a device on a thread of its own, one request after another: devices are not safe for several threads at once.</summary>
internal sealed class DeviceQueue : IDisposable
{
    /// <summary>Requests that wait at most; more are refused.</summary>
    private const int Most = 256;
    private readonly BlockingCollection<Action> waiting = new(Most);
    private readonly Thread thread;

    public DeviceQueue()
    {
        thread = new Thread(Work) { IsBackground = true, Name = "device" };
        thread.Start();
    }

    /// <summary>What <paramref name="use"/> gives when its turn has come.</summary>
    /// <exception cref="RefusedException">Too many requests wait, or the server ends.</exception>
    public Task<T> Run<T>(Func<T> use, CancellationToken stop)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            if (waiting.TryAdd(Use))
                return result.Task;
        }
        catch (InvalidOperationException)
        {
            // The queue was closed in between.
        }
        throw RefusedException.Busy();

        void Use()
        {
            try
            {
                stop.ThrowIfCancellationRequested();
                result.SetResult(use());
            }
            catch (OperationCanceledException e)
            {
                result.SetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        }
    }

    /// <summary>Ends when what waits is done.</summary>
    public void Dispose()
    {
        waiting.CompleteAdding();
        thread.Join();
        waiting.Dispose();
    }

    private void Work()
    {
        foreach (Action use in waiting.GetConsumingEnumerable())
            use();
    }
}
