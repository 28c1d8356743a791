namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>Looks after the other ranks while nothing comes from them.</summary>
/// <param name="peers">The ranks.</param>
/// <param name="self">This one.</param>
/// <param name="limit">After what time a rank gives the others up.</param>
/// <param name="tell">Takes what a person should know.</param>
internal sealed class Watchman(Peer[] peers, Peer self, TimeSpan limit, Action<string> tell)
{
    /// <summary>The variable that has the limit, in seconds.</summary>
    public const string LimitVariable = "VAEGPU_MPI_TIMEOUT";

    private static readonly TimeSpan defaultLimit = TimeSpan.FromMinutes(30), longest = TimeSpan.FromDays(3650);

    /// <summary>Those whose end can be seen from here.</summary>
    private readonly Peer[] neighbors = [.. peers.Where(peer => peer.IsNeighborOf(self) && peer.IsAlive())];

    private TimeSpan nextLook = TimeSpan.FromSeconds(1), nextWord = TimeSpan.FromSeconds(60);

    /// <summary>The limit that <see cref="LimitVariable"/> sets; half an hour if it is not set.</summary>
    /// <exception cref="CommunicationException">It is not a time.</exception>
    public static TimeSpan Limit(string? text)
    {
        if (text is null or "")
            return defaultLimit;
        return double.TryParse(text, CultureInfo.InvariantCulture, out double seconds) && seconds > 0 && seconds <= longest.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new CommunicationException(FormattableString.Invariant(
                $"{LimitVariable} takes seconds, up to {longest.TotalSeconds} (ten years), such as 1800; not \"{text}\"."));
    }

    /// <summary>Called again and again while nothing comes.</summary>
    /// <param name="still">Since when.</param>
    /// <param name="operation">What is waited for.</param>
    /// <exception cref="CommunicationException">A rank has ended, or has been waited for too long.</exception>
    public void Look(TimeSpan still, MpiOperation operation)
    {
        if (still < TimeSpan.FromSeconds(1))
        {
            (nextLook, nextWord) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
            return;
        }
        if (still < nextLook)
            return;
        nextLook = still + TimeSpan.FromSeconds(1);
        if (Array.Find(neighbors, peer => !peer.IsAlive()) is { } lost)
            throw new CommunicationException($"{lost} has ended before the training did.");
        if (still > limit)
        {
            throw new CommunicationException(FormattableString.Invariant(
                $"{self} waited {still.TotalSeconds:F0} s for {operation.Awaited} and gave up. ")
                + $"{LimitVariable} sets the limit, in seconds.");
        }
        if (still < nextWord)
            return;
        nextWord = 2 * still;
        tell(FormattableString.Invariant($"note: {self} has waited {still.TotalSeconds:F0} s for {operation.Awaited}."));
    }
}
