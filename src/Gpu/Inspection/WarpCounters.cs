using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// Counts what the memory and the scheduler of a GPU would have to do with each warp of a launch: 32-byte sectors of global memory,
/// passes over the 32 banks of shared memory, threads that stand aside. It is an emulation: caches, and time, are not in it.
/// </summary>
internal sealed class WarpCounters(int warpSize)
{
    private const int SectorBytes = AccessTrace.SectorBytes, Banks = AccessTrace.Banks, BankBytes = AccessTrace.BankBytes;

    private readonly Dictionary<Instruction, AccessCount> accesses = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, (long Warps, long Divergent)> branches = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<long> distinct = [];
    private readonly int[] wordsOfBank = new int[Banks];
    private long slots, active;

    /// <summary>What has been counted.</summary>
    public WarpProfile Profile => new(
        [.. accesses.Select(of => of.Value.Profile(of.Key)).OrderByDescending(of => of.Transactions - of.Least)],
        [.. branches.Select(of => new BranchProfile(PlaceOf(of.Key), of.Value.Warps, of.Value.Divergent))
            .OrderByDescending(of => of.Divergent)],
        slots == 0 ? 1 : (double)active / slots);

    /// <summary>Instructions that some threads execute.</summary>
    public void Execute(ReadOnlySpan<int> lanes, int instructions)
    {
        slots += (long)WarpsOf(lanes) * warpSize * instructions;
        active += (long)lanes.Length * instructions;
    }

    /// <summary>A branch with two sides, with the threads that take each side.</summary>
    public void Branch(Instruction branch, ReadOnlySpan<int> taken, ReadOnlySpan<int> left)
    {
        int warps = 0, divergent = 0;
        for (int i = 0, j = 0; i < taken.Length || j < left.Length; warps++)
        {
            int warp = Math.Min(i < taken.Length ? taken[i] : int.MaxValue, j < left.Length ? left[j] : int.MaxValue) / warpSize;
            (int before, int other) = (i, j);
            while (i < taken.Length && taken[i] / warpSize == warp)
                i++;
            while (j < left.Length && left[j] / warpSize == warp)
                j++;
            divergent += i > before && j > other ? 1 : 0;
        }
        var so = branches.GetValueOrDefault(branch);
        branches[branch] = (so.Warps + warps, so.Divergent + divergent);
    }

    /// <summary>An access.</summary>
    /// <param name="access">The instruction.</param>
    /// <param name="lanes">The threads that make it.</param>
    /// <param name="addresses">Where each of them does, in its allocation.</param>
    /// <param name="allocation">The allocation, by its name in messages.</param>
    public void Access(Instruction access, ReadOnlySpan<int> lanes, ReadOnlySpan<long> addresses, string allocation)
    {
        if (!accesses.TryGetValue(access, out AccessCount? count))
            accesses.Add(access, count = new AccessCount(allocation));
        for (int first = 0; first < lanes.Length;)
        {
            int end = first + 1;
            while (end < lanes.Length && lanes[end] / warpSize == lanes[first] / warpSize)
                end++;
            ReadOnlySpan<long> ofWarp = addresses[first..end];
            if (access.Operands[0].Type.Space == AddressSpace.Shared)
                AddShared(count, access.AccessBytes, lanes[first..end], ofWarp);
            else
                AddGlobal(count, access.AccessBytes, ofWarp);
            first = end;
        }
    }

    /// <summary>Sectors that a warp touches, beside the fewest that hold as many different bytes.</summary>
    private void AddGlobal(AccessCount count, int size, ReadOnlySpan<long> addresses)
    {
        distinct.Clear();
        foreach (long address in addresses)
            distinct.Add(address);
        long least = ((long)distinct.Count * size + SectorBytes - 1) / SectorBytes;
        count.Distance = addresses.Length > 1 ? addresses[1] - addresses[0] : count.Distance;
        distinct.Clear();
        foreach (long address in addresses)
        {
            for (long sector = address / SectorBytes; sector <= (address + size - 1) / SectorBytes; sector++)
                distinct.Add(sector);
        }
        count.Add(distinct.Count, least);
    }

    /// <summary>
    /// Passes over the banks: threads that need different words of one bank wait for each other. Wide accesses go in parts of the warp of
    /// 128 bytes together.
    /// </summary>
    private void AddShared(AccessCount count, int size, ReadOnlySpan<int> lanes, ReadOnlySpan<long> addresses)
    {
        int lanesOfPart = Math.Max(1, Banks * BankBytes / Math.Max(size, BankBytes));
        long passes = 0, parts = 0;
        for (int first = 0; first < lanes.Length;)
        {
            int part = lanes[first] % warpSize / lanesOfPart, end = first;
            distinct.Clear();
            Array.Clear(wordsOfBank);
            for (; end < lanes.Length && lanes[end] % warpSize / lanesOfPart == part; end++)
            {
                for (long word = addresses[end] / BankBytes; word <= (addresses[end] + size - 1) / BankBytes; word++)
                {
                    if (distinct.Add(word))
                        wordsOfBank[word % Banks]++;
                }
            }
            passes += wordsOfBank.Max();
            parts++;
            first = end;
        }
        count.Distance = addresses.Length > 1 ? addresses[1] - addresses[0] : count.Distance;
        count.Add(passes, parts);
    }

    private int WarpsOf(ReadOnlySpan<int> lanes)
    {
        int warps = 0, last = -1;
        foreach (int lane in lanes)
        {
            int warp = lane / warpSize;
            (warps, last) = (warp == last ? warps : warps + 1, warp);
        }
        return warps;
    }

    private static string PlaceOf(Instruction instruction) => instruction.Location?.ToString() ?? "";

    private sealed class AccessCount(string allocation)
    {
        private long requests, transactions, least;

        public long Distance { get; set; }

        public void Add(long made, long needed) => (requests, transactions, least) = (requests + 1, transactions + made, least + needed);

        public AccessProfile Profile(Instruction access)
        {
            AccessKind kind = access.Op.IsAtomic() ? AccessKind.Atomic
                : access.Op is Op.Store or Op.StoreWide ? AccessKind.Store
                : AccessKind.Load;
            return new(
                PlaceOf(access), allocation, kind, access.Operands[0].Type.Space == AddressSpace.Shared, access.AccessBytes, requests,
                transactions, least, Distance);
        }
    }
}
