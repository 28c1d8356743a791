namespace VaeGpu.Training.Distributed;

/// <summary>The shards of each batch, and those of them that this process computes: neighbors in the tree of all.</summary>
/// <param name="Shards">Shards of a batch, S: a power of two.</param>
/// <param name="Rank">The number of this process.</param>
/// <param name="Ranks">Processes, R: a divisor of S.</param>
public sealed record ShardPlan(int Shards, int Rank, int Ranks)
{
    /// <summary>The most shards that a batch has.</summary>
    public const int Most = 1 << 12;

    /// <summary>One process that computes batches as a whole.</summary>
    public static ShardPlan Whole { get; } = new(1, 0, 1);

    /// <summary>Whether a batch is computed as a whole.</summary>
    public bool IsWhole => Shards == 1;

    /// <summary>Shards of this process, S/R.</summary>
    public int Count => Shards / Ranks;

    /// <summary>The first of them.</summary>
    public int First => Rank * Count;

    /// <summary>The plan of a process.</summary>
    /// <exception cref="RunException">The shards are not a power of two, or the processes cannot share them evenly.</exception>
    public static ShardPlan Of(int shards, ICommunicator? communicator)
    {
        if (shards is < 1 or > Most || !int.IsPow2(shards))
            throw new RunException($"A batch can have 1, 2, 4, 8, … up to {Most} shards, a power of two; not {shards}.");
        if (communicator is null)
            return Whole with { Shards = shards };
        if (!int.IsPow2(communicator.Size) || communicator.Size > shards)
        {
            throw new RunException(
                $"{communicator.Size} processes cannot share {shards} {(shards == 1 ? "shard" : "shards")} evenly: their number must be a "
                + $"power of two, and at most that of the shards. Start {(shards == 1 ? "one process" : $"up to {shards}")}, or give a "
                + "--shards that is at least the number of processes; results depend on --shards alone.");
        }
        return new(shards, communicator.Rank, communicator.Size);
    }

    /// <summary>The rows of the largest shard of a batch: ⌈rows/S⌉.</summary>
    public int MostRows(int batchRows) => (batchRows + Shards - 1) / Shards;

    /// <summary>The first row of a shard, i·⌈rows/S⌉, and its rows; the last shards may have fewer than others, or none.</summary>
    public (int First, int Rows) RowsOf(int shard, int batchRows) => Range(shard, 1, batchRows);

    /// <summary>The first row of this process's shards, and their rows.</summary>
    public (int First, int Rows) RowsHere(int batchRows) => Range(First, Count, batchRows);

    /// <summary>The most rows of this process's shards in a batch of up to so many rows.</summary>
    public int MostRowsHere(int batchRows) => Math.Min(Count * MostRows(batchRows), batchRows);

    private (int First, int Rows) Range(int shard, int count, int batchRows)
    {
        long most = MostRows(batchRows);
        var first = (int)Math.Min(shard * most, batchRows);
        return (first, (int)Math.Min((shard + count) * most, batchRows) - first);
    }
}
