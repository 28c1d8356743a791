using System.Diagnostics;
using System.Globalization;
using VaeGpu.Training.Distributed;

namespace VaeGpu.Ranks;

/// <summary>The time of a sum, of which nothing is hidden behind other work.</summary>
internal static class Timing
{
    public static int Run(ICommunicator ranks, int length)
    {
        var values = new float[length];
        var times = new double[200];
        for (int i = -50; i < times.Length; i++)
        {
            ranks.Barrier();
            long start = Stopwatch.GetTimestamp();
            ranks.BeginSum(values).Wait();
            if (i >= 0)
                times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        Array.Sort(times);
        if (ranks.Rank == 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{ranks.Size} ranks, {length} values: {times[times.Length / 2]:F0} us (median), {times[0]:F0} us (least)"));
        }
        return 0;
    }
}
