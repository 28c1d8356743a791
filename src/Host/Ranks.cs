using VaeGpu.Host.Commands;
using VaeGpu.Training.Distributed;

namespace VaeGpu.Host;

/// <summary>This process among those that run a command together: the first one writes files and messages, the others compute.</summary>
/// <param name="Communicator">What connects it to the others; null for a process that is alone.</param>
/// <param name="Terminal">Where to write; of the others nowhere.</param>
internal sealed record Ranks(ICommunicator? Communicator, Terminal Terminal)
{
    /// <summary>Whether it is the first process, or alone.</summary>
    public bool IsFirst => Communicator is not { Rank: > 0 };

    /// <summary>This process's part of a machine: a GPU and, unless threads were asked for, some of the cores.</summary>
    public Machine Share(Machine machine)
    {
        if (Communicators.PlacementOf(Communicator) is not { } placement)
            return machine;
        if (machine.Threads == 0 && placement.UnusedCores > 0)
        {
            Terminal.Error.WriteLine($"note: the launcher leaves {placement.UnusedCores} of its cores to no process; "
                + "mpirun --bind-to none gives all away.");
        }
        return machine with { Threads = machine.Threads > 0 ? machine.Threads : placement.Threads, Place = placement.LocalRank };
    }

    /// <summary>What carries gradients to the others: from GPU to GPU where possible, else null.</summary>
    public IDeviceCommunicator? OnDevices(Accelerator accelerator, ReduceKind kind)
    {
        if (Communicator is null)
            return null;
        var devices = Communicators.OnDevices(Communicator, accelerator, kind, out string? note);
        if (note is not null)
            Terminal.Error.WriteLine($"note: {note}");
        if (kind == ReduceKind.Fast)
            Terminal.Error.WriteLine("note: with --reduce fast a second run does not have the same bits.");
        return devices;
    }
}
