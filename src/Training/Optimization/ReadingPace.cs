using System.Diagnostics;

namespace VaeGpu.Training.Optimization;

/// <summary>
/// Says after which steps to read from the device. A read waits for all steps before it, so there are few: about
/// <see cref="Interval"/> apart, whatever the speed of the device, and never more steps queued than that.
/// </summary>
internal sealed class ReadingPace
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.25);
    private readonly Stopwatch sinceRead = Stopwatch.StartNew();
    private int between = 1;
    private int made;

    /// <summary>Counts a step; true where a read is due.</summary>
    public bool Step() => ++made >= between;

    /// <summary>Tells that a read is done, and times the steps before it.</summary>
    public void Read()
    {
        // At most doubled, so that one odd moment does not put off the next read for long.
        between = (int)Math.Clamp(between * (Interval / sinceRead.Elapsed), 1, 2.0 * between);
        made = 0;
        sinceRead.Restart();
    }
}
