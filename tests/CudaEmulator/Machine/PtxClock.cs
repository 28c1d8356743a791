namespace VaeGpu.CudaEmulator.Machine;

/// <summary>
/// The time of a device's memory, which only moves on: at the start of a launch and of each of its groups, and whenever something orders
/// accesses. An access is known by its time and its thread's number within the group.
/// </summary>
internal sealed class PtxClock
{
    private readonly List<ulong> groupStarts = [];

    public ulong Now { get; private set; }

    /// <summary>Every access of an earlier launch has an earlier time.</summary>
    public ulong LaunchStart { get; private set; }

    /// <summary>Every access of an earlier group has an earlier time.</summary>
    public ulong GroupStart { get; private set; }

    public void StartLaunch()
    {
        groupStarts.Clear();
        LaunchStart = ++Now;
    }

    public void StartGroup()
    {
        GroupStart = ++Now;
        groupStarts.Add(Now);
    }

    /// <summary>Ends the present time and gives it: what was done up to it is done.</summary>
    public ulong Advance() => Now++;

    /// <summary>The running launch's group, counted in the order in which they ran, to which a time belongs.</summary>
    public int GroupAt(ulong time)
    {
        int at = groupStarts.BinarySearch(time);
        return at >= 0 ? at : ~at - 1;
    }
}
