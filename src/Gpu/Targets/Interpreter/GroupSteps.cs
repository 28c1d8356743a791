namespace VaeGpu.Gpu.Targets.Interpreter;

/// <summary>A barrier of the group, alone or with a value that the threads combine. Every thread must be there.</summary>
internal sealed class BarrierStep(Machine machine, Instruction instruction, long[]? values, long[]? source, long[] result) : Step
{
    public override void Run(ReadOnlySpan<int> lanes)
    {
        if (lanes.Length < machine.Threads)
            throw Divergent(lanes);
        machine.Clock.Barrier();
        if (instruction.Op != Op.Barrier)
            Array.Fill(result, Combine());
    }

    private long Combine() => instruction.Op switch
    {
        Op.BarrierAnd => values!.Min(),
        Op.BarrierOr => values!.Max(),
        Op.BarrierPopCount => values!.Sum(),
        _ => values![Source()],
    };

    /// <summary>The thread that a broadcast names: one of the group, and the same in all threads.</summary>
    private int Source()
    {
        long index = source![0];
        int lane = Array.FindIndex(source, other => other != index || other < 0 || other >= machine.Threads);
        if (lane < 0)
            return (int)index;
        string asked = source[lane] == index ? "" : $", thread 0 for that of {index}";
        throw machine.Fault(KernelFault.AbsentSource, instruction, lane,
            $"asks Group.Broadcast for the value of thread {source[lane]} of {machine.Threads}{asked}.",
            "Pass one index of the group, the same in all threads.");
    }

    private KernelFaultException Divergent(ReadOnlySpan<int> lanes)
    {
        int missing = 0;
        while (missing < lanes.Length && lanes[missing] == missing)
            missing++;
        return machine.Fault(KernelFault.DivergentBarrier, instruction, lanes[0],
            $"is at a {instruction.Op} that thread {missing} does not reach with it: "
            + $"{lanes.Length} of the group's {machine.Threads} threads are here.",
            "Move the barrier out of the branch or loop on which the threads differ.");
    }
}

/// <summary>A barrier of one warp: it orders what its threads do.</summary>
internal sealed class WarpBarrierStep(Machine machine, Instruction instruction) : Step
{
    public override void Run(ReadOnlySpan<int> lanes)
    {
        for (int i = 0; i < lanes.Length;)
        {
            int warp = machine.Clock.Warp(lanes[i]), first = i;
            while (i < lanes.Length && machine.Clock.Warp(lanes[i]) == warp)
                i++;
            int size = Math.Min(machine.WarpSize, machine.Threads - warp * machine.WarpSize);
            if (i - first < size)
            {
                throw machine.Fault(KernelFault.DivergentBarrier, instruction, lanes[first],
                    $"is at a Warp.Barrier with {i - first} of the {size} threads of warp {warp}.",
                    "Move the barrier out of the branch or loop on which the threads differ.");
            }
            machine.Clock.WarpBarrier(warp);
        }
    }
}

/// <summary>A fence: a device-wide one makes what the group wrote fit to be read by groups that learn of it.</summary>
internal sealed class FenceStep(Machine machine) : Step
{
    public override void Run(ReadOnlySpan<int> lanes) => machine.Clock.DeviceFence();
}

/// <summary>Values handed between the lanes of a warp.</summary>
internal sealed class ShuffleStep(Machine machine, Instruction instruction, long[] values, long[] operands, long[] result) : Step
{
    private readonly long[] gathered = new long[values.Length];

    public override void Run(ReadOnlySpan<int> lanes)
    {
        foreach (int lane in lanes)
        {
            int source = Source(lane, operands[lane]);
            if (lanes.BinarySearch(source) < 0)
            {
                throw machine.Fault(KernelFault.AbsentSource, instruction, lane,
                    $"takes a value of thread {source} in a {instruction.Op}, which that thread does not reach with it.",
                    "Move the shuffle out of the branch or loop on which the threads differ.");
            }
            gathered[lane] = values[source];
        }
        foreach (int lane in lanes)
            result[lane] = gathered[lane];
    }

    /// <summary>The thread that a lane takes from: itself where the warp has no such lane.</summary>
    private int Source(int lane, long operand)
    {
        int size = machine.WarpSize, own = lane % size, first = lane - own;
        long wanted = instruction.Op switch
        {
            Op.Shuffle => operand,
            Op.ShuffleUp => own - operand,
            Op.ShuffleDown => own + operand,
            _ => own ^ operand,
        };
        return wanted >= 0 && wanted < size && first + wanted < machine.Threads ? first + (int)wanted : lane;
    }
}
