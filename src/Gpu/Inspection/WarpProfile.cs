namespace VaeGpu.Gpu.Inspection;

/// <summary>What the warps of a launch do on a GPU, as an interpreter with warps of 32 threads finds: emulated, not measured.</summary>
/// <param name="Accesses">The accesses to memory, each by its place; those that waste the most come first.</param>
/// <param name="Branches">The branches with two sides; those that diverge the most come first.</param>
/// <param name="ActiveLanes">The share of the threads of running warps that take part in an instruction, on average.</param>
public sealed record WarpProfile(IReadOnlyList<AccessProfile> Accesses, IReadOnlyList<BranchProfile> Branches, double ActiveLanes)
{
    /// <summary>Sectors of 32 bytes for each request of a warp to global memory, and the fewest that hold the bytes.</summary>
    public (double Transactions, double Least)? GlobalPerRequest => PerRequest(shared: false);

    /// <summary>Passes over the banks of shared memory for each request of a warp, and those without conflicts.</summary>
    public (double Transactions, double Least)? SharedPerRequest => PerRequest(shared: true);

    /// <summary>The share of the warps at branches whose threads take both sides; 0 where there are no branches.</summary>
    public double DivergentBranches =>
        (double)Branches.Sum(branch => branch.Divergent) / Math.Max(1, Branches.Sum(branch => branch.Warps));

    private (double, double)? PerRequest(bool shared)
    {
        AccessProfile[] all = [.. Accesses.Where(access => access.IsShared == shared)];
        double requests = all.Sum(access => access.Requests);
        return requests == 0 ? null : (all.Sum(access => access.Transactions) / requests, all.Sum(access => access.Least) / requests);
    }
}

/// <summary>What an access does.</summary>
public enum AccessKind
{
    Load,
    Store,
    Atomic,
}

/// <summary>An access to memory in the code of a kernel, over all of its executions that were emulated.</summary>
/// <param name="Place">The C# method, file and line.</param>
/// <param name="Allocation">The view or array.</param>
/// <param name="Kind">What it does.</param>
/// <param name="IsShared">Whether it goes to shared memory; else it goes to global memory.</param>
/// <param name="Bytes">The bytes that each thread accesses.</param>
/// <param name="Requests">How often a warp makes it.</param>
/// <param name="Transactions">Sectors of 32 bytes of global memory, or passes over the banks of shared memory.</param>
/// <param name="Least">The fewest that hold the same bytes, or the passes without bank conflicts.</param>
/// <param name="Distance">The bytes from the first thread's address to the second one's, in the last request.</param>
public sealed record AccessProfile(
    string Place, string Allocation, AccessKind Kind, bool IsShared, int Bytes, long Requests, long Transactions, long Least, long Distance)
{
    /// <summary>Transactions for each that is needed.</summary>
    public double Waste => (double)Transactions / Math.Max(1, Least);

    /// <summary>What is wrong with the access and what to do; null where it takes less than twice the transactions that it needs.</summary>
    public string? Note => Waste < 2 ? null : IsShared
        ? string.Create(CultureInfo.InvariantCulture,
            $"{Place}: bank conflict: a warp's {Verb} {Allocation} takes {Each(Transactions)} passes over the banks of shared memory "
                + $"instead of {Each(Least)}: neighboring threads access words that lie {Distance} bytes apart. "
                + $"Pad the rows of the array by one element, or exchange its indices.")
        : string.Create(CultureInfo.InvariantCulture,
            $"{Place}: uncoalesced access: a warp's {Verb} {Allocation} touches {Each(Transactions)} sectors of 32 bytes instead of "
                + $"{Each(Least)}: neighboring threads access elements that lie {Distance} bytes apart. Let Group.IdxX count neighboring "
                + $"elements.");

    private string Verb => Kind switch { AccessKind.Load => "load from", AccessKind.Store => "store to", _ => "atomic on" };

    private string Each(long count) => string.Create(CultureInfo.InvariantCulture, $"{(double)count / Requests:0.#}");
}

/// <summary>A branch with two sides.</summary>
/// <param name="Place">The C# method, file and line.</param>
/// <param name="Warps">How often a warp comes to it.</param>
/// <param name="Divergent">How often its threads take both sides.</param>
public sealed record BranchProfile(string Place, long Warps, long Divergent)
{
    /// <summary>What is wrong and what to do; null where a quarter of the warps or less diverge, as at an edge.</summary>
    public string? Note => Divergent * 4 <= Warps ? null
        : $"{Place}: divergence: in {Divergent} of {Warps} warps, threads take both sides of the branch, one side after the other. "
            + "Branch on what is the same in a warp.";
}
