using VaeGpu.Gpu.Inspection;

namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>
/// The group that is running: where its threads stand, what their pointers point into, and what is ordered. A column
/// holds one value of the kernel for every thread of the group.
/// </summary>
internal sealed class Machine
{
    private readonly string kernel;
    private Allocation[] allocations = [Allocation.None];

    public Machine(string kernel, Index3D groupDim, int warpSize)
    {
        (this.kernel, GroupDim, WarpSize) = (kernel, groupDim, warpSize);
        Threads = groupDim.Size;
        Clock = new Clock(Threads, warpSize);
        Everyone = [.. Enumerable.Range(0, Threads)];
        GroupIndex = [NewColumn(), NewColumn(), NewColumn()];
        GridIndex = [NewColumn(), NewColumn(), NewColumn()];
        GridDim = [NewColumn(), NewColumn(), NewColumn()];
        for (int lane = 0; lane < Threads; lane++)
        {
            Index3D index = Unflatten(lane, groupDim);
            (GroupIndex[0][lane], GroupIndex[1][lane], GroupIndex[2][lane]) = (index.X, index.Y, index.Z);
        }
    }

    public Index3D GroupDim { get; }
    public int WarpSize { get; }
    public int Threads { get; }
    public Clock Clock { get; }

    /// <summary>What counts the threads' work; null for nothing.</summary>
    public Counters? Counters { get; init; }

    /// <summary>What notes each access; null for nothing.</summary>
    public AccessTrace? Trace { get; init; }

    /// <summary>The rounds after which a loop counts as endless.</summary>
    public int MaxRounds { get; init; } = int.MaxValue;

    /// <summary>All lanes of the group.</summary>
    public int[] Everyone { get; }

    public long[][] GroupIndex { get; }
    public long[][] GridIndex { get; }
    public long[][] GridDim { get; }

    public long[] NewColumn() => new long[Threads];

    /// <summary>A column of one value.</summary>
    public long[] NewColumn(long value)
    {
        long[] column = NewColumn();
        Array.Fill(column, value);
        return column;
    }

    /// <summary>Takes up an allocation; the number is what pointers to it carry.</summary>
    public int Add(Allocation allocation)
    {
        allocations = [.. allocations, allocation];
        return allocations.Length - 1;
    }

    public Allocation this[int number]
    {
        get => allocations[number];
        set => allocations[number] = value;
    }

    public void StartLaunch(Index3D gridDim)
    {
        Clock.Restart();
        Fill(GridDim, gridDim);
    }

    /// <summary>Fills in the place of a group in the grid.</summary>
    public void StartGroup(Index3D index)
    {
        Clock.StartGroup();
        Fill(GridIndex, index);
    }

    /// <summary>What a thread is called in messages.</summary>
    public string NameOf(int lane) => NameOf(lane, Clock.Now);

    /// <summary>The index at a place of an extent, X running fastest.</summary>
    public static Index3D Unflatten(int linear, Index3D extent) =>
        new(linear % extent.X, linear / extent.X % extent.Y, linear / extent.X / extent.Y);

    /// <summary>What the threads of an access are called in messages.</summary>
    public string NameOf(int who, int time)
    {
        var grid = new Index3D((int)GridDim[0][0], (int)GridDim[1][0], (int)GridDim[2][0]);
        string name = who switch
        {
            >= 0 => $"thread {Name(Unflatten(who, GroupDim), GroupDim)}",
            Clock.Many => "threads of several warps",
            _ => $"several threads of warp {~who}",
        };
        return $"{name} of group {Name(Unflatten(Clock.GroupAt(time), grid), grid)}";
    }

    public KernelFaultException Fault(KernelFault fault, Instruction instruction, int lane, string what, string remedy) =>
        new(fault, kernel, instruction.Location, NameOf(lane), what, remedy);

    /// <summary>Counts a loop's rounds.</summary>
    public void ThrowIfEndless(int rounds, Instruction loop, ReadOnlySpan<int> running)
    {
        if (rounds > MaxRounds)
        {
            throw Fault(KernelFault.EndlessLoop, loop, running[0],
                $"has run {MaxRounds} iterations of the loop without leaving it.", "Check the loop's condition.");
        }
    }

    private static string Name(Index3D index, Index3D extent) => extent.Y == 1 && extent.Z == 1
        ? $"{index.X}"
        : $"({index.X}, {index.Y}, {index.Z})";

    private static void Fill(long[][] columns, Index3D value)
    {
        Array.Fill(columns[0], value.X);
        Array.Fill(columns[1], value.Y);
        Array.Fill(columns[2], value.Z);
    }
}
