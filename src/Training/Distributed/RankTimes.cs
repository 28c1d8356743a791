using System.Diagnostics;

namespace VaeGpu.Training.Distributed;

/// <summary>Finds the ranks that the others wait for: those that compute for longer.</summary>
internal sealed class RankTimes(ICommunicator ranks)
{
    /// <summary>How much longer than the median a rank may compute before it is named.</summary>
    private const double Tolerance = 0.2;

    /// <summary>Shorter times say little.</summary>
    private static readonly TimeSpan least = TimeSpan.FromSeconds(5);

    private long start;
    private TimeSpan waited;

    /// <summary>Begins an epoch.</summary>
    public void Begin() => (start, waited) = (Stopwatch.GetTimestamp(), ranks.Waited);

    /// <summary>Ends it; all ranks make this call.</summary>
    /// <returns>The ranks that are slower than the median by more than a fifth, in a sentence; null where none is.</returns>
    public string? End()
    {
        var elapsed = Stopwatch.GetElapsedTime(start);
        var busy = elapsed - (ranks.Waited - waited);
        byte[][] all = ranks.Gather(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{busy.TotalSeconds} {Environment.MachineName}")));
        return elapsed < least ? null : Slow([.. all.Select(Read)]);
    }

    /// <summary>The sentence for times of ranks.</summary>
    internal static string? Slow(IReadOnlyList<(double Seconds, string Host)> times)
    {
        double median = times.Select(time => time.Seconds).Order().ElementAt((times.Count - 1) / 2);
        string[] slow =
        [
            .. times.Index().Where(time => time.Item.Seconds > (1 + Tolerance) * median).Select(time => string.Create(
                CultureInfo.InvariantCulture, $"rank {time.Index} on {time.Item.Host} ({time.Item.Seconds / median:F1} times as long)")),
        ];
        return slow.Length == 0 ? null : $"the others wait for {string.Join(", ", slow)}, which computes for longer than the median rank.";
    }

    private static (double Seconds, string Host) Read(byte[] bytes)
    {
        string[] words = Encoding.UTF8.GetString(bytes).Split(' ', 2);
        return (double.Parse(words[0], CultureInfo.InvariantCulture), words[1]);
    }
}
