using VaeGpu.Training.Distributed.Mpi;
using VaeGpu.Training.Distributed.Nccl;

namespace VaeGpu.Training.Distributed;

/// <summary>Finds the other processes of a training.</summary>
public static class Communicators
{
    /// <summary>
    /// The ranks of which this process is one; null where it was not started by an MPI launcher (mpirun, mpiexec, srun), or alone. Without
    /// one no library is loaded. What a person should know of late or lost ranks goes to the error stream.
    /// </summary>
    /// <exception cref="CommunicationException">
    /// There is a launcher but no library of MPI, or one that does not belong to it; or VAEGPU_MPI_TIMEOUT is not a time.
    /// </exception>
    public static ICommunicator? FromEnvironment()
    {
        if (Launcher.Of(Environment.GetEnvironmentVariable) is not { } launcher)
            return null;
        var ranks = new MpiCommunicator(launcher, Tell);
        if (ranks.Size > 1)
            return ranks;
        ranks.Dispose();
        return null;
    }

    /// <summary>Whether a launcher started this process behind another one, which says what concerns all of them.</summary>
    public static bool IsBehindAnother => Launcher.Of(Environment.GetEnvironmentVariable) is { Rank: > 0 };

    /// <summary>Where this process stands among those of its machine; null where ranks do not know machines.</summary>
    public static Placement? PlacementOf(ICommunicator? ranks) =>
        ranks is MpiCommunicator mpi ? Placement.Of(mpi.Rank, mpi.Peers, Environment.ProcessorCount, mpi.LauncherCores) : null;

    /// <summary>
    /// The ranks with their GPUs, which exchange gradients directly where all are NVIDIA's and NCCL is installed; else null. All ranks make
    /// this call. The result does not outlive <paramref name="ranks"/>.
    /// </summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="accelerator">This rank's device.</param>
    /// <param name="kind">How gradients are added up.</param>
    /// <param name="note">What a person should know, or null.</param>
    /// <exception cref="CommunicationException"><see cref="ReduceKind.Fast"/> is asked for, and a rank has no NCCL.</exception>
    /// <exception cref="RanksDifferException">Ranks give another <paramref name="kind"/>.</exception>
    public static IDeviceCommunicator? OnDevices(ICommunicator ranks, Accelerator accelerator, ReduceKind kind, out string? note)
    {
        note = null;
        new Agreement().Add("--reduce", $"{kind}".ToLowerInvariant()).Check(ranks);
        bool isKnown = NcclCommunicator.Knows(accelerator);
        string refusal = "its device is not a GPU of NVIDIA's";
        var functions = isKnown ? NcclFunctions.Load(out refusal) : null;
        if (NcclCommunicator.Connect(ranks, accelerator, kind, functions, ref refusal) is { } connected)
            return connected;
        if (kind == ReduceKind.Fast)
            throw new CommunicationException($"--reduce fast needs NCCL, but {refusal}. Leave it out; the sum then goes through MPI.");
        if (isKnown)
            note = $"gradients go through the hosts' memory, since NCCL cannot be used; {refusal}.";
        return null;
    }

    /// <summary>Where the error stream cannot be written there is nobody to tell.</summary>
    private static void Tell(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
