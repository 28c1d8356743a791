using System.Runtime.ExceptionServices;
using VaeGpu.Training;
using VaeGpu.Training.Distributed;

namespace VaeGpu.Host;

/// <summary>Runs a command in all processes that were started for it, and ends all of them where one fails.</summary>
internal static class RankedRun
{
    /// <summary>So long the first rank has to fail by the same as another, and to end it; launchers take a second for that.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(1.5);

    /// <summary>Runs a command in this process, which has a way to the others unless it is alone.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Execute(ICommunicator? communicator, Terminal terminal, Func<Ranks, int> command)
    {
        if (communicator is null)
            return command(new Ranks(null, terminal));
        bool isFirst = communicator.Rank == 0;
        try
        {
            // A launcher passes lines on, and some of them pretend to be a terminal.
            return command(new Ranks(
                communicator, isFirst ? terminal with { Interactive = false } : new(TextWriter.Null, TextWriter.Null, Interactive: false)));
        }
        catch (Exception e) when (!isFirst && e is RanksDifferException or TrainingDivergedException)
        {
            // It follows from what all ranks have in common: the first one fails by the same, says so, and ends the others.
            WaitForEnd(communicator);
            return ExitCode.Failed;
        }
        catch (Exception e)
        {
            // What is wrong with the options or the data is so in every rank, and is said once.
            if (!isFirst)
                Thread.Sleep(patience);
            string who = isFirst ? "" : $"rank {communicator.Rank}: ";
            int code = Failures.Report(terminal.Error, () => Rethrow(e), who);
            communicator.Abort($"{who}{e.Message}", code);
            return code;
        }
    }

    private static void WaitForEnd(ICommunicator communicator)
    {
        try
        {
            communicator.Barrier();
        }
        catch (CommunicationException)
        {
        }
    }

    private static int Rethrow(Exception e)
    {
        ExceptionDispatchInfo.Throw(e);
        return ExitCode.Failed;
    }
}
