namespace VaeGpu.Kernels.Products;

/// <summary>
/// The block of results that a group of <see cref="BlockedMatMul"/> computes, and how its threads share it. Rows and columns of a
/// block are powers of two and at least 16; ThreadColumns is a multiple of 8 and ThreadRows of 4, so that warps of 32 are 4×8.
/// </summary>
public interface IBlock
{
    /// <summary>Rows of results of a thread.</summary>
    static abstract int Rows { get; }
    /// <summary>Columns of results of a thread.</summary>
    static abstract int Columns { get; }
    /// <summary>Threads that share the rows.</summary>
    static abstract int ThreadRows { get; }
    /// <summary>Threads that share the columns.</summary>
    static abstract int ThreadColumns { get; }
    /// <summary>The depth that is staged at a time.</summary>
    static abstract int Slab { get; }
    /// <summary>Elements of an access to global memory: 4 where all rows are multiples of 4 long, else 1.</summary>
    static abstract int Width { get; }
    /// <summary>
    /// Groups that shall fit a multiprocessor side by side: as many as registers allow without spills, and no more than there
    /// are, since a product with fewer blocks than multiprocessors is cut into the next smaller ones.
    /// </summary>
    static abstract int MinGroupsPerMultiprocessor { get; }
}

/// <summary>For large products: 64 sums in each of 256 threads, 2 FLOPs for each shared byte.</summary>
public struct Block128x128 : IBlock
{
    public static int Rows => 8;
    public static int Columns => 8;
    public static int ThreadRows => 16;
    public static int ThreadColumns => 16;
    public static int Slab => 16;
    public static int Width => 4;
    public static int MinGroupsPerMultiprocessor => 1;
}

/// <summary>Four times as many groups: 32 sums in each of 128 threads.</summary>
public struct Block64x64 : IBlock
{
    public static int Rows => 8;
    public static int Columns => 4;
    public static int ThreadRows => 8;
    public static int ThreadColumns => 16;
    public static int Slab => 16;
    public static int Width => 4;
    public static int MinGroupsPerMultiprocessor => 4;
}

/// <summary>16 sums in each of 64 threads.</summary>
public struct Block32x32 : IBlock
{
    public static int Rows => 4;
    public static int Columns => 4;
    public static int ThreadRows => 8;
    public static int ThreadColumns => 8;
    public static int Slab => 16;
    public static int Width => 4;
    public static int MinGroupsPerMultiprocessor => 4;
}

/// <summary>For products too small to fill a GPU otherwise: 4 sums in each of 128 threads.</summary>
public struct Block16x32 : IBlock
{
    public static int Rows => 2;
    public static int Columns => 2;
    public static int ThreadRows => 8;
    public static int ThreadColumns => 16;
    public static int Slab => 32;
    public static int Width => 4;
    public static int MinGroupsPerMultiprocessor => 2;
}

/// <summary>A block whose global accesses are single elements, for rows of any length.</summary>
public struct Single<TBlock> : IBlock where TBlock : struct, IBlock
{
    public static int Rows => TBlock.Rows;
    public static int Columns => TBlock.Columns;
    public static int ThreadRows => TBlock.ThreadRows;
    public static int ThreadColumns => TBlock.ThreadColumns;
    public static int Slab => TBlock.Slab;
    public static int Width => 1;
    // Four addresses in place of one are so many registers more.
    public static int MinGroupsPerMultiprocessor => (TBlock.MinGroupsPerMultiprocessor + 1) / 2;
}
