using VaeGpu.Training.Distributed.Mpi;

namespace VaeGpu.Training.Distributed;

/// <summary>A process's part of its machine, which it shares with other ranks.</summary>
/// <param name="LocalRank">Its number among the ranks of the machine, from 0.</param>
/// <param name="LocalSize">How many those are.</param>
/// <param name="Threads">The cores that fall to it.</param>
/// <param name="UnusedCores">Cores that the launcher itself may use and leaves to none of its ranks.</param>
public sealed record Placement(int LocalRank, int LocalSize, int Threads, int UnusedCores)
{
    /// <summary>
    /// The placement of a rank. A core that several ranks may use is divided between them; a rank has one thread at least.
    /// </summary>
    /// <param name="rank">The rank.</param>
    /// <param name="peers">All ranks.</param>
    /// <param name="processors">The cores' worth of time that its process gets: in many containers fewer than its cores.</param>
    /// <param name="launcherCores">The cores that the launcher may use; 0 where that is not known.</param>
    internal static Placement Of(int rank, IReadOnlyList<Peer> peers, int processors, int launcherCores)
    {
        var self = peers[rank];
        Peer[] local = [.. peers.Where(peer => peer.IsNeighborOf(self))];
        var users = local.SelectMany(peer => peer.Cores).CountBy(core => core).ToDictionary();
        double share = self.Cores.Sum(core => 1.0 / users[core]) * Math.Min(1, (double)processors / self.Cores.Length);
        return new(
            Array.IndexOf(local, self), local.Length, Math.Max(1, (int)(share + 1e-9)), Math.Max(0, launcherCores - users.Count));
    }
}
