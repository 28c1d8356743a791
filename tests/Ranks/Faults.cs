using VaeGpu.Training.Distributed;

namespace VaeGpu.Ranks;

/// <summary>A rank that fails, and one that does not come, while the others wait for it.</summary>
internal static class Faults
{
    public static int Throw(ICommunicator ranks, int failing)
    {
        ranks.Barrier();
        try
        {
            if (ranks.Rank == failing)
                throw new InvalidOperationException("This rank fails on purpose.");
            ranks.BeginSum(new float[5000]).Wait();
            return 0;
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            ranks.Abort(e.Message);
            return 0;
        }
    }

    public static int Wait(ICommunicator ranks, int late)
    {
        ranks.Barrier();
        Console.WriteLine($"rank {ranks.Rank} process {Environment.ProcessId}");
        if (ranks.Rank == late)
            Thread.Sleep(Timeout.Infinite);
        ranks.BeginSum(new float[5000]).Wait();
        return 0;
    }
}
