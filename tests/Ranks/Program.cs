using System.Globalization;
using VaeGpu.Ranks;
using VaeGpu.Training.Distributed;

// mpirun -n 4 dotnet VaeGpu.Ranks.dll check 1 | fault RANK | cancel RANK | wait RANK | time LENGTH
if (args is not [var what, var text] || !int.TryParse(text, CultureInfo.InvariantCulture, out int number))
{
    Console.Error.WriteLine("error: give check SEED, fault RANK, cancel RANK, wait RANK or time LENGTH.");
    return 2;
}
try
{
    using var ranks = Communicators.FromEnvironment();
    if (ranks is null)
    {
        Console.WriteLine("alone");
        return 0;
    }
    return what switch
    {
        "check" => Exactness.Check(ranks, number),
        "fault" => Faults.Throw(ranks, number),
        "cancel" => Faults.Cancel(ranks, number),
        "wait" => Faults.Wait(ranks, number),
        "time" => Timing.Run(ranks, number),
        _ => throw new ArgumentException($"There is no \"{what}\"."),
    };
}
catch (CommunicationException e)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 1;
}
