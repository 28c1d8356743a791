namespace VaeGpu.Puzzles.Course;

/// <summary>A kernel with a hole, and what it is to compute.</summary>
/// <param name="Task">What to write.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Launch">Groups, and threads of a group.</param>
/// <param name="Arguments">As the kernel has parameters: inputs (float[]), outputs (<see cref="Expected"/>), and numbers (int).</param>
/// <param name="Best">The fewest accesses that are known.</param>
/// <param name="Hint">What helps.</param>
public sealed record Puzzle(string Task, Delegate Kernel, KernelConfig Launch, object[] Arguments, Costs Best, string Hint)
{
    /// <summary>Whether a right result that moves more than <see cref="Best"/> does not solve it.</summary>
    public bool CostsCount { get; init; }

    /// <summary>Elements that threads must read from shared memory: with fewer they have not handed them to each other.</summary>
    public int LeastSharedReads { get; init; }

    /// <summary>The most elements that a thread may read between two barriers: with more it does alone what threads are to share.</summary>
    public int MostReadsOfRound { get; init; } = int.MaxValue;

    /// <summary>The name of the class, and of its file: "P01Map".</summary>
    public string Name => Kernel.Method.DeclaringType!.Name;
}

/// <summary>An output, and its values at the end.</summary>
public sealed record Expected(float[] Values)
{
    /// <summary>What it holds before; null for nothing, which must not be read.</summary>
    public float[]? Before { get; init; }
}

/// <summary>What a launch costs.</summary>
/// <param name="GlobalReads">Reads of elements of 4 bytes by all threads.</param>
/// <param name="GlobalWrites">Their writes.</param>
/// <param name="Sectors">Pieces of 32 bytes that move between global memory and the threads of a warp.</param>
/// <param name="Busiest">Accesses of the thread that has most.</param>
/// <param name="SharedReads">Reads of shared memory.</param>
/// <param name="SharedWrites">Writes to it.</param>
/// <param name="BankConflicts">Rounds in which an access to it waits for a bank.</param>
public readonly record struct Costs(
    int GlobalReads, int GlobalWrites, int Sectors, int Busiest, int SharedReads = 0, int SharedWrites = 0, int BankConflicts = 0)
{
    /// <summary>Each cost by its name.</summary>
    public IEnumerable<(string Name, int Count)> Named =>
    [
        ("global reads", GlobalReads), ("global writes", GlobalWrites), ("sectors moved", Sectors),
        ("busiest thread", Busiest), ("shared reads", SharedReads), ("shared writes", SharedWrites), ("bank conflicts", BankConflicts),
    ];

    /// <summary>What is above its best of what is moved, and of the rounds that are lost, in words.</summary>
    public IEnumerable<string> MovedBeyond(Costs best) =>
        from pair in Named.Zip(best.Named)
        where pair.First.Name is "global reads" or "global writes" or "sectors moved" or "bank conflicts"
        where pair.First.Count > pair.Second.Count
        select $"{pair.First.Count} {pair.First.Name} instead of {pair.Second.Count}";

    /// <summary>Whether none is above its best.</summary>
    public bool IsWithin(Costs best) => Named.Zip(best.Named).All(pair => pair.First.Count <= pair.Second.Count);
}
