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

    /// <summary>A sum that is cancelled before the others take part in it leaves its values as they are.</summary>
    public static int Cancel(ICommunicator ranks, int failing)
    {
        var values = new float[300_000];
        Array.Fill(values, 1f);
        ranks.Barrier();
        if (ranks.Rank != failing)
            Thread.Sleep(100);
        var sum = ranks.BeginSum(values);
        if (ranks.Rank != failing)
        {
            sum.Wait();
            return 0;
        }
        ranks.Cancel();
        Thread.Sleep(500);
        Console.WriteLine($"sum {values.Max()}");
        ranks.Abort("This rank fails on purpose.", exitCode: 3);
        return 0;
    }
}
