namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>
/// Tells which accesses of a launch are ordered. Time moves at barriers, fences and the start of a group; an access is
/// known by its time and by who made it: a lane, <see cref="Several"/> of one warp, or <see cref="Many"/>.
/// </summary>
internal sealed class Clock(int threads, int warpSize)
{
    /// <summary>Threads of more than one warp.</summary>
    public const int Many = int.MinValue;

    private readonly int[] warpBarriers = new int[(threads + warpSize - 1) / warpSize];
    private readonly List<int> groupStarts = [];
    private readonly List<int> fences = [];
    private int groupBarrier;

    /// <summary>The time, from 1 on.</summary>
    public int Now { get; private set; }

    private int GroupStart => groupStarts[^1];

    /// <summary>Forgets the launch before.</summary>
    public void Restart()
    {
        Now = 0;
        groupStarts.Clear();
        fences.Clear();
    }

    public void StartGroup()
    {
        groupStarts.Add(++Now);
        fences.Add(0);
        groupBarrier = Now;
        Array.Fill(warpBarriers, Now);
    }

    public void Barrier() => groupBarrier = ++Now;

    public void WarpBarrier(int warp) => warpBarriers[warp] = ++Now;

    /// <summary>What the group did before is visible to the groups that come to know of it.</summary>
    public void DeviceFence() => fences[^1] = ++Now;

    public int Warp(int lane) => lane / warpSize;

    /// <summary>How several threads of one warp are written.</summary>
    public static int Several(int warp) => ~warp;

    /// <summary>Whether an access was made by an earlier group.</summary>
    public bool IsOfEarlierGroup(int time) => time < GroupStart;

    /// <summary>Whether something that happened since puts an access before all that <paramref name="lane"/> does now.</summary>
    public bool IsSettled(int who, int time, int lane)
    {
        if (time == 0)
            return true;
        if (IsOfEarlierGroup(time))
            return time < fences[GroupAt(time)];
        if (time < groupBarrier)
            return true;
        int warp = Warp(lane);
        return (who >= 0 ? Warp(who) : ~who) == warp && time < warpBarriers[warp];
    }

    /// <summary>The linear index of the group that ran at a time.</summary>
    public int GroupAt(int time)
    {
        int at = groupStarts.BinarySearch(time);
        return at >= 0 ? at : ~at - 1;
    }
}
