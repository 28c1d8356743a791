namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>A rank as the others know it.</summary>
/// <param name="Rank">Its number.</param>
/// <param name="Host">The name of its machine.</param>
/// <param name="Boot">What tells its machine from others of the same name.</param>
/// <param name="Process">The process's number on its machine.</param>
/// <param name="Cores">The cores that it may use, by number.</param>
internal sealed record Peer(int Rank, string Host, string Boot, int Process, int[] Cores)
{
    private const string AllowedCoresLabel = "Cpus_allowed_list:";

    /// <summary>This process.</summary>
    public static Peer Self(int rank) => new(
        rank, Environment.MachineName, ReadLine("/proc/sys/kernel/random/boot_id") + ReadLink("/proc/self/ns/pid"), Environment.ProcessId,
        AllowedCores());

    /// <summary>Whether both run on one machine and see each other's processes.</summary>
    public bool IsNeighborOf(Peer other) => (Host, Boot) == (other.Host, other.Boot);

    /// <summary>Whether the process of a rank of this machine is still there.</summary>
    public bool IsAlive() => !OperatingSystem.IsLinux() || State() is not ('\0' or 'Z' or 'X');

    /// <summary>How many cores the process that started this one may use; 0 where the system does not tell.</summary>
    public static int CoresOfParent() =>
        StatusOf("self", "PPid:") is { } parent && StatusOf(parent, AllowedCoresLabel) is { } cores ? CoresOf(cores).Length : 0;

    /// <summary>As the ranks tell each other.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(FormattableString.Invariant(
        $"{Rank}\n{Host}\n{Boot}\n{Process}\n{string.Join(',', Cores)}"));

    public static Peer Of(byte[] bytes)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        return new(Number(lines[0]), lines[1], lines[2], Number(lines[3]),
            [.. lines[4].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)]);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"rank {Rank} ({Host}, process {Process})");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The state of the process, as Linux writes it behind its name in brackets; zero where it is gone.</summary>
    private char State()
    {
        string line = ReadLine(FormattableString.Invariant($"/proc/{Process}/stat"));
        int name = line.LastIndexOf(')');
        return name >= 0 && name + 2 < line.Length ? line[name + 2] : '\0';
    }

    /// <summary>The cores that the launcher leaves to this process; all where the system does not tell.</summary>
    private static int[] AllowedCores() =>
        StatusOf("self", AllowedCoresLabel) is { } cores ? CoresOf(cores) : [.. Enumerable.Range(0, Environment.ProcessorCount)];

    /// <summary>What Linux says of a process under a label; null where it does not.</summary>
    private static string? StatusOf(string process, string label)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal))
                ?[label.Length..].Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The cores of a list as Linux writes it, such as 0-3,8.</summary>
    private static int[] CoresOf(string list) => [.. list.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(part =>
    {
        int[] ends = [.. part.Split('-').Select(Number)];
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    })];

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string ReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
