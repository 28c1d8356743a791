using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace VaeGpu.Training.Data;

/// <summary>Examples that make a batch: so many from a position on, in the order of an epoch.</summary>
internal readonly record struct BatchPlace(int Epoch, int Position, int Rows);

/// <summary>
/// Reads batches ahead of a training, on a thread of its own: each after the one that was asked for last. Where another is asked for, as
/// after a resumption, it begins there.
/// </summary>
internal sealed class BatchLoader : IDisposable
{
    private const int Ahead = 4;
    private readonly ExampleSet examples;
    private readonly BatchOrder order;
    private readonly int rowBytes;
    private readonly byte[][] buffers;
    private Reading? reading;

    /// <param name="examples">The examples.</param>
    /// <param name="order">The order that they are read in.</param>
    /// <exception cref="RunException">A batch has too many bytes.</exception>
    public BatchLoader(ExampleSet examples, BatchOrder order)
    {
        (this.examples, this.order) = (examples, order);
        rowBytes = checked(examples.Format.Size * examples.NumberBytes);
        long bytes = (long)order.Plan.MostRowsHere(order.MaximalRows) * rowBytes;
        if (bytes > Array.MaxLength)
        {
            throw new RunException(FormattableString.Invariant(
                $"A batch has {bytes / 1e9:F1} GB of examples to read in each process, and may have up to {Array.MaxLength / 1e9:F1} GB: ")
                + "give a smaller --batch, or share it between more processes.");
        }
        buffers = [.. Enumerable.Range(0, Ahead).Select(_ => GC.AllocateUninitializedArray<byte>((int)bytes))];
    }

    /// <summary>
    /// Gives the bytes of this process's rows of a batch, shape (rows, bytes), to <paramref name="use"/>, which must not keep them.
    /// </summary>
    /// <exception cref="DataException">The examples cannot be read.</exception>
    public void Take(BatchPlace place, ReadOnlySpanAction use)
    {
        if (reading?.Next != place)
        {
            reading?.Dispose();
            reading = new Reading(this, place);
        }
        byte[] batch = reading.Take();
        use(batch.AsSpan(0, order.Plan.RowsHere(place.Rows).Rows * rowBytes));
        reading.Return(batch);
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose() => reading?.Dispose();

    /// <summary>What uses the bytes of a batch.</summary>
    public delegate void ReadOnlySpanAction(ReadOnlySpan<byte> bytes);

    private BatchPlace Following(BatchPlace place)
    {
        int position = place.Position + place.Rows;
        var (epoch, first) = position < examples.Count ? (place.Epoch, position) : (order.HalfBits == 0 ? 0 : place.Epoch + 1, 0);
        return new(epoch, first, Math.Min(order.MaximalRows, examples.Count - first));
    }

    private void Read(BatchPlace place, Span<byte> bytes)
    {
        var (first, rows) = order.Plan.RowsHere(place.Rows);
        first += place.Position;
        if (order.HalfBits == 0)
        {
            examples.ReadStored(first, bytes[..(rows * rowBytes)]);
            return;
        }
        for (var row = 0; row < rows; row++)
        {
            int source = Shuffle.Permute(first + row, examples.Count, order.HalfBits, order.Seed, place.Epoch);
            examples.ReadStored(source, bytes.Slice(row * rowBytes, rowBytes));
        }
    }

    /// <summary>The batches from a place on.</summary>
    private sealed class Reading : IDisposable
    {
        private readonly BatchLoader loader;
        private readonly BlockingCollection<byte[]> free = [], full = [];
        private readonly CancellationTokenSource stop = new();
        private readonly Thread thread;
        private Exception? failure;

        public Reading(BatchLoader loader, BatchPlace first)
        {
            (this.loader, Next) = (loader, first);
            foreach (byte[] buffer in loader.buffers)
                free.Add(buffer);
            thread = new Thread(() => Run(first)) { IsBackground = true, Name = "batches" };
            thread.Start();
        }

        /// <summary>The batch that <see cref="Take"/> gives next.</summary>
        public BatchPlace Next { get; private set; }

        public byte[] Take()
        {
            if (!full.TryTake(out byte[]? batch, Timeout.Infinite))
                ExceptionDispatchInfo.Throw(failure!);
            Next = loader.Following(Next);
            return batch!;
        }

        public void Return(byte[] batch) => free.Add(batch);

        public void Dispose()
        {
            stop.Cancel();
            thread.Join();
            free.Dispose();
            full.Dispose();
            stop.Dispose();
        }

        private void Run(BatchPlace place)
        {
            try
            {
                for (; ; place = loader.Following(place))
                {
                    byte[] buffer = free.Take(stop.Token);
                    loader.Read(place, buffer);
                    full.Add(buffer);
                }
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception e)
            {
                failure = e;
            }
            full.CompleteAdding();
        }
    }
}
