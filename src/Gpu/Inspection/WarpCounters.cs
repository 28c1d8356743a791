using System.Runtime.InteropServices;
using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// Counts what the memory and the scheduler of a GPU would have to do with each warp of a launch: accesses to memory, as
/// <see cref="WarpMemory"/> says, and threads that stand aside. It is an emulation: caches, and time, are not in it.
/// </summary>
internal sealed class WarpCounters(int warpSize)
{
    private readonly Dictionary<Instruction, AccessCount> accesses = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instruction, (long Warps, long Divergent)> branches = new(ReferenceEqualityComparer.Instance);
    private readonly WarpMemory memory = new();
    private readonly List<int> places = [];
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
    /// <param name="addresses">Where each of them does; addresses in different memory are far apart.</param>
    /// <param name="allocation">The allocation, by its name in messages.</param>
    public void Access(Instruction access, ReadOnlySpan<int> lanes, ReadOnlySpan<long> addresses, string allocation)
    {
        if (!accesses.TryGetValue(access, out AccessCount? count))
            accesses.Add(access, count = new AccessCount(allocation));
        for (int first = 0, end; first < lanes.Length; first = end)
        {
            places.Clear();
            for (end = first; end < lanes.Length && lanes[end] / warpSize == lanes[first] / warpSize; end++)
                places.Add(lanes[end] % warpSize);
            ReadOnlySpan<long> ofWarp = addresses[first..end];
            count.Distance = ofWarp.Length > 1 ? ofWarp[1] - ofWarp[0] : count.Distance;
            count.Add(access.Operands[0].Type.Space == AddressSpace.Shared
                ? memory.Shared(CollectionsMarshal.AsSpan(places), ofWarp, access.AccessBytes)
                : memory.Global(ofWarp, access.AccessBytes));
        }
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

        public void Add(RequestCost cost) =>
            (requests, transactions, least) = (requests + 1, transactions + cost.Transactions, least + cost.Least);

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
