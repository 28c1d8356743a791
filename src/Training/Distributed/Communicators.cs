using VaeGpu.Training.Distributed.Mpi;

namespace VaeGpu.Training.Distributed;

/// <summary>Finds the other processes that were started with this one.</summary>
public static class Communicators
{
    /// <summary>
    /// The ranks of which this process is one; null where it was not started by an MPI launcher (mpirun, mpiexec, srun), or alone. Without a
    /// launcher no library is loaded.
    /// </summary>
    /// <param name="tell">Takes a line for the person, about ranks that are late or lost; null for the error stream.</param>
    /// <exception cref="CommunicationException">
    /// There is a launcher but no library of MPI, or one that does not belong to it.
    /// </exception>
    public static ICommunicator? FromEnvironment(Action<string>? tell = null)
    {
        if (Launcher.Of(Environment.GetEnvironmentVariable) is not { } launcher)
            return null;
        var ranks = new MpiCommunicator(launcher, tell ?? Console.Error.WriteLine);
        if (ranks.Size > 1)
            return ranks;
        ranks.Dispose();
        return null;
    }
}
