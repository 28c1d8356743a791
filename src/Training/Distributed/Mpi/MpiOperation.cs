namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>Something that a rank does with the others, on the thread that makes all calls of MPI.</summary>
internal abstract class MpiOperation
{
    /// <summary>Whether it is complete; guarded by the thread's lock.</summary>
    public bool IsDone { get; set; }

    /// <summary>What it waits for, as the end of "waits for …".</summary>
    public abstract string Awaited { get; }

    /// <summary>Begins it.</summary>
    public abstract void Start(MpiLibrary mpi);

    /// <summary>Goes on with it as far as messages have come.</summary>
    /// <returns>Whether it is complete.</returns>
    public abstract bool Advance(MpiLibrary mpi);
}
