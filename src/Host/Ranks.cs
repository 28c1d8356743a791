using VaeGpu.Training.Distributed;

namespace VaeGpu.Host;

/// <summary>This process among those that run a command together: the first one writes files and talks, the others compute.</summary>
/// <param name="Communicator">The way to the others; null for a process that is alone.</param>
/// <param name="Terminal">Where to write; of the others nowhere.</param>
internal sealed record Ranks(ICommunicator? Communicator, Terminal Terminal)
{
    /// <summary>Whether it is the first process, or alone.</summary>
    public bool IsFirst => Communicator is not { Rank: > 0 };
}
