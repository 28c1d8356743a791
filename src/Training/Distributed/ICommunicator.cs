namespace VaeGpu.Training.Distributed;

/// <summary>The processes (ranks) that train one model together, as one of them sees them.</summary>
/// <remarks>
/// All ranks make the same calls in the same order. The methods are called by one thread. A rank that does not arrive, because its process
/// ended or was lost, makes the others' calls end with a <see cref="CommunicationException"/>.
/// </remarks>
public interface ICommunicator : IDisposable
{
    /// <summary>The number of this process, from 0.</summary>
    int Rank { get; }

    /// <summary>How many processes there are: a power of two.</summary>
    int Size { get; }

    /// <summary>How long this rank has waited for others so far; zero where that is not known.</summary>
    TimeSpan Waited => TimeSpan.Zero;

    /// <summary>
    /// Adds <paramref name="values"/> over all ranks, element by element and in place, in the binary tree of the ranks:
    /// ((v₀ + v₁) + (v₂ + v₃)) + …, each addition rounded to float32. All ranks have the same bits afterwards.
    /// </summary>
    /// <remarks>
    /// The sum starts now and runs beside the caller's work. Sums are waited for in the order in which they were begun. Each rank gives
    /// as many values. <paramref name="values"/> must be left alone until <see cref="IPendingSum.Wait"/> has returned.
    /// </remarks>
    IPendingSum BeginSum(Memory<float> values);

    /// <summary>
    /// The bytes that each rank gives, by rank; their number may differ between ranks. For what is small, such as a handshake.
    /// </summary>
    byte[][] Gather(ReadOnlySpan<byte> bytes);

    /// <summary>Returns when all ranks have called it.</summary>
    void Barrier();

    /// <summary>
    /// After a fault, before the memory of sums goes that were begun and not waited for: leaves it alone from now on. Nothing but
    /// <see cref="Abort"/> may follow.
    /// </summary>
    void Cancel();

    /// <summary>
    /// Ends all ranks after a fault in this one, with an exit code. Ranks of one process (<see cref="LocalCommunicator"/>) end by a
    /// <see cref="CommunicationException"/> in their calls instead.
    /// </summary>
    void Abort(string reason, int exitCode = 1);
}
