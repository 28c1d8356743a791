using System.Diagnostics;
using System.Globalization;

namespace VaeGpu.Fuzz;

/// <summary>
/// Mutated inputs for every reader. A reader may take an input or refuse it by its own exception; another exception, a long time or
/// much memory is a finding. Every case follows from the seed and its number.
/// </summary>
public sealed class Fuzzing : IDisposable
{
    private const double MostSeconds = 2;
    private const long MostBytes = 512L << 20;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    private readonly int seed;
    private readonly Reader[] readers;
    private readonly Timer watchdog;
    private readonly SortedDictionary<string, (int Taken, int Refused)> counts = new(StringComparer.Ordinal);
    private volatile int current;
    private (double Seconds, int Case) slowest;
    private (long Bytes, int Case) largest;

    /// <param name="folder">Where inputs are put; it must be there.</param>
    /// <param name="seed">What all cases follow from.</param>
    /// <param name="only">The name of the only reader; null for all.</param>
    public Fuzzing(string folder, int seed, string? only = null)
    {
        (this.seed, readers) = (seed, [.. Readers.All(folder).Where(reader => only is null || reader.Name == only)]);
        watchdog = new Timer(_ =>
        {
            Console.Error.WriteLine($"case {current} of seed {seed}, {readers[current % readers.Length].Name}: it goes on forever");
            Environment.Exit(1);
        });
    }

    /// <summary>What was read, and the worst of the cases.</summary>
    public string Summary()
    {
        var rows = counts.Select(reader => $"{reader.Key,-14} {reader.Value.Taken,6} taken {reader.Value.Refused,6} refused");
        return string.Join('\n', rows)
            + string.Create(CultureInfo.InvariantCulture, $"\nlongest {slowest.Seconds:F2} s (case {slowest.Case}), ")
            + $"most memory {largest.Bytes >> 20} MB (case {largest.Case})";
    }

    /// <summary>Runs so many cases; what was found, a line each.</summary>
    public List<string> RunAll(int count) =>
        [.. readers.SelectMany(RefusedSamples), .. Enumerable.Range(0, count).Select(Run).OfType<string>()];

    /// <summary>The input of a case.</summary>
    public (byte[] Content, string Description) Input(int number)
    {
        Reader reader = readers[number % readers.Length];
        var random = new Random(unchecked(seed * 1_000_003 + number));
        Sample sample = reader.Samples[random.Next(reader.Samples.Length)];
        Sample other = readers[random.Next(4) == 0 ? random.Next(readers.Length) : number % readers.Length].Samples[0];
        return (sample.Mutated(random, other), $"case {number} of seed {seed}, {reader.Name}");
    }

    /// <summary>Runs a case; what is wrong, or null.</summary>
    public string? Run(int number)
    {
        var (content, description) = Input(number);
        Reader reader = readers[number % readers.Length];
        current = number;
        watchdog.Change(Hang, Timeout.InfiniteTimeSpan);
        // Another process may have had the processor: what is slow once may be slow by chance.
        var (fault, seconds, bytes) = Measured(reader, content);
        if (seconds > MostSeconds)
            (fault, seconds, bytes) = Measured(reader, content);
        watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        slowest = seconds > slowest.Seconds ? (seconds, number) : slowest;
        largest = bytes > largest.Bytes ? (bytes, number) : largest;
        var (taken, refused) = counts.GetValueOrDefault(reader.Name);
        bool isRefusal = fault is not null && reader.IsOwn(fault);
        counts[reader.Name] = isRefusal ? (taken, refused + 1) : (taken + 1, refused);
        string? wrong = fault is not null && !isRefusal ? fault.ToString()
            : seconds > MostSeconds ? string.Create(CultureInfo.InvariantCulture, $"it took {seconds:F1} s")
            : bytes > MostBytes ? $"it took {bytes >> 20} MB"
            : null;
        return wrong is null ? null : $"{description}: {wrong}";
    }

    /// <summary>Stops the watch over cases that go on forever.</summary>
    public void Dispose() => watchdog.Dispose();

    /// <summary>Sound inputs that a reader refuses: mutations of them would prove nothing.</summary>
    private static IEnumerable<string> RefusedSamples(Reader reader) =>
        reader.Samples.Select(sample => Measured(reader, sample.Whole).Fault).OfType<Exception>()
            .Select(fault => $"{reader.Name}, not mutated: {fault}");

    private static (Exception? Fault, double Seconds, long Bytes) Measured(Reader reader, byte[] content)
    {
        long managed = GC.GetAllocatedBytesForCurrentThread(), resident = PeakMemory.Restart(), started = Stopwatch.GetTimestamp();
        Exception? fault = null;
        try
        {
            reader.Read(content);
        }
        catch (Exception e)
        {
            fault = e;
        }
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return (fault, seconds, Math.Max(GC.GetAllocatedBytesForCurrentThread() - managed, PeakMemory.Since(resident)));
    }
}
