using System.Diagnostics;
using System.Globalization;

namespace VaeGpu.Bench.Measuring;

/// <summary>
/// How many cores other processes keep busy: the processor time of the whole machine less that of this process and those that it
/// started, from /proc. Time that a hypervisor took away counts as other processes'.
/// </summary>
internal sealed class Neighbors
{
    /// <summary>Cores. A load average above this means that somebody else computes, too.</summary>
    public const double Quiet = 0.5;

    private const double TicksPerSecond = 100;
    /// <summary>A shorter time has too few ticks of the clock.</summary>
    private static readonly TimeSpan shortest = TimeSpan.FromSeconds(0.5);
    private readonly Queue<Reading> readings = [];

    /// <summary>Begins with a look at the machine at rest.</summary>
    public Neighbors()
    {
        readings.Enqueue(Reading.Now());
        Thread.Sleep(shortest);
    }

    /// <summary>
    /// Cores that others kept busy since the call before, or for the last half second where that is longer; null where there is no /proc.
    /// </summary>
    public double? BusyCores()
    {
        Reading now = Reading.Now();
        while (readings.Count > 1 && now.Since(readings.ElementAt(1)) >= shortest)
            readings.Dequeue();
        Reading before = readings.Peek();
        readings.Enqueue(now);
        return now.BusyTicks is { } busy && before.BusyTicks is { } earlier
            ? Math.Max(0, (busy - earlier - (now.OwnTicks - before.OwnTicks)) / TicksPerSecond / now.Since(before).TotalSeconds)
            : null;
    }

    private sealed record Reading(long Timestamp, long? BusyTicks, long OwnTicks)
    {
        public static Reading Now() => new(Stopwatch.GetTimestamp(), Busy(), Own());

        public TimeSpan Since(Reading other) => Stopwatch.GetElapsedTime(other.Timestamp, Timestamp);

        /// <summary>All but idle time and waiting for disks: user, nice, system, irq, softirq and steal of proc(5).</summary>
        private static long? Busy()
        {
            const string Path = "/proc/stat";
            if (!File.Exists(Path))
                return null;
            long[] fields = [.. File.ReadLines(Path).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Number)];
            return fields.Take(8).Sum() - fields[3] - fields[4];
        }

        /// <summary>Of this process and its descendants, the ended ones included: their parents have their times.</summary>
        private static long Own()
        {
            if (!Directory.Exists("/proc/self"))
                return 0;
            Dictionary<int, (int Parent, long Ticks)> processes = [];
            foreach (string folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(System.IO.Path.GetFileName(folder), out int id) && Of(folder) is { } process)
                    processes[id] = process;
            }
            return processes.Where(process => IsOwn(process.Key, processes)).Sum(process => process.Value.Ticks);
        }

        private static bool IsOwn(int id, Dictionary<int, (int Parent, long Ticks)> processes)
        {
            while (id != Environment.ProcessId)
            {
                if (!processes.TryGetValue(id, out var process))
                    return false;
                id = process.Parent;
            }
            return true;
        }

        private static (int Parent, long Ticks)? Of(string folder)
        {
            try
            {
                string text = File.ReadAllText($"{folder}/stat");
                // Behind the name, which may hold blanks: state, parent, …, and as fields 14 to 17 of proc(5) utime, stime, cutime, cstime.
                string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                return ((int)Number(fields[1]), fields[11..15].Sum(Number));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended since.
                return null;
            }
        }

        private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
