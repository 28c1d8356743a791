namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// What an access of a warp costs the memory of a GPU. Global memory moves sectors of 32 bytes. Shared memory has 32 banks, each 4 bytes
/// wide: threads that need different words of one bank wait for each other.
/// </summary>
internal sealed class WarpMemory
{
    /// <summary>Bytes that global memory moves at once.</summary>
    public const int SectorBytes = 32;

    /// <summary>Banks of shared memory, and the bytes of each that a pass reads or writes.</summary>
    public const int Banks = 32, BankBytes = 4;

    private readonly HashSet<long> places = [], distinct = [];
    private readonly int[] wordsOfBank = new int[Banks];

    /// <summary>Sectors of global memory that are touched, beside the fewest that hold as many different bytes.</summary>
    /// <param name="addresses">The first byte of each thread.</param>
    /// <param name="size">The bytes of each thread.</param>
    public RequestCost Global(ReadOnlySpan<long> addresses, int size)
    {
        places.Clear();
        distinct.Clear();
        foreach (long address in addresses)
        {
            places.Add(address);
            for (long sector = address / SectorBytes; sector <= (address + size - 1) / SectorBytes; sector++)
                distinct.Add(sector);
        }
        return new(distinct.Count, ((long)places.Count * size + SectorBytes - 1) / SectorBytes);
    }

    /// <summary>
    /// Passes over the banks of shared memory, beside those without conflicts. Wide accesses go in parts of the warp of 128 bytes together.
    /// </summary>
    /// <param name="lanes">The threads by their numbers in the warp, ascending.</param>
    /// <param name="addresses">The first byte of each.</param>
    /// <param name="size">The bytes of each.</param>
    public RequestCost Shared(ReadOnlySpan<int> lanes, ReadOnlySpan<long> addresses, int size)
    {
        int lanesOfPart = Math.Max(1, Banks * BankBytes / Math.Max(size, BankBytes));
        long passes = 0, parts = 0;
        for (int first = 0, end; first < lanes.Length; first = end)
        {
            int part = lanes[first] / lanesOfPart;
            distinct.Clear();
            Array.Clear(wordsOfBank);
            for (end = first; end < lanes.Length && lanes[end] / lanesOfPart == part; end++)
            {
                for (long word = addresses[end] / BankBytes; word <= (addresses[end] + size - 1) / BankBytes; word++)
                {
                    if (distinct.Add(word))
                        wordsOfBank[word % Banks]++;
                }
            }
            passes += wordsOfBank.Max();
            parts++;
        }
        return new(passes, parts);
    }
}

/// <summary>What a warp's access costs.</summary>
/// <param name="Transactions">Sectors of global memory, or passes over the banks of shared memory.</param>
/// <param name="Least">The fewest that there could be.</param>
internal readonly record struct RequestCost(long Transactions, long Least);
