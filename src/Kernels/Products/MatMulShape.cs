namespace VaeGpu.Kernels.Products;

/// <summary>The sizes of a matrix product: (Rows, Depth) times (Depth, Columns) gives (Rows, Columns).</summary>
public struct MatMulShape
{
    /// <summary>Rows of the left operand and of the result.</summary>
    public int Rows;
    /// <summary>Columns of the right operand and of the result.</summary>
    public int Columns;
    /// <summary>The length of the sums.</summary>
    public int Depth;
}

/// <summary>The block of results that one thread computes.</summary>
public interface ITile
{
    /// <summary>Rows, one after the other.</summary>
    static abstract int Rows { get; }
    /// <summary>Columns, a group's width apart.</summary>
    static abstract int Columns { get; }
    /// <summary>Channels that a convolution reads at once where all threads read the same; <see cref="MatMul"/> ignores it.</summary>
    static abstract int Width { get; }
}

/// <summary>24 sums and 2 columns: they fit the 32 vector registers of AVX-512.</summary>
public struct Tile12x2 : ITile
{
    public static int Rows => 12;
    public static int Columns => 2;
    public static int Width => 1;
}

/// <summary>24 sums, 3 columns and one broadcast for the 32 vector registers of AVX-512, for packed factors.</summary>
public struct Tile8x3 : ITile
{
    public static int Rows => 8;
    public static int Columns => 3;
    public static int Width => 1;
}

/// <summary>16 sums: for devices that run a group's threads one after the other, or have registers to spare.</summary>
public struct Tile8x2 : ITile
{
    public static int Rows => 8;
    public static int Columns => 2;
    public static int Width => 1;
}

/// <summary>12 sums and 2 columns: they fit the 16 vector registers of AVX2.</summary>
public struct Tile6x2 : ITile
{
    public static int Rows => 6;
    public static int Columns => 2;
    public static int Width => 1;
}

/// <summary>12 sums, 3 columns and one broadcast: all 16 vector registers of AVX2, for packed factors.</summary>
public struct Tile4x3 : ITile
{
    public static int Rows => 4;
    public static int Columns => 3;
    public static int Width => 1;
}

/// <summary>8 sums: for narrow vectors.</summary>
public struct Tile4x2 : ITile
{
    public static int Rows => 4;
    public static int Columns => 2;
    public static int Width => 1;
}

/// <summary>A convolution's tile of 4 or 8 rows that reads four channels at once, for images whose channels are a multiple of 4.</summary>
public struct Fours<TTile> : ITile where TTile : struct, ITile
{
    public static int Rows => TTile.Rows;
    public static int Columns => TTile.Columns;
    public static int Width => 4;
}

/// <summary>How an operand lies in memory: where its line (a row of the left, a column of the right) starts, and its step.</summary>
public interface IOperand
{
    /// <summary>Whether neighbors in a line are neighbors in memory.</summary>
    static abstract bool DepthIsFastest { get; }
    /// <summary>Whether lines are padded to a multiple of the group's width, as many of them contiguous at each depth.</summary>
    static abstract bool IsPadded { get; }
    /// <summary>The index of the first element of a line.</summary>
    static abstract int Start(int line, int depth);
    /// <summary>The distance between neighbors in a line.</summary>
    static abstract int Step(int lines);
}

/// <summary>A line's elements lie side by side: the left operand of A·B as stored, the right one of A·Bᵀ.</summary>
public struct DepthFastest : IOperand
{
    public static bool DepthIsFastest => true;
    public static bool IsPadded => false;
    public static int Start(int line, int depth) => line * depth;
    public static int Step(int lines) => 1;
}

/// <summary>Lines lie side by side: the right operand of A·B as stored, the left one of Aᵀ·B.</summary>
public struct DepthSlowest : IOperand
{
    public static bool DepthIsFastest => false;
    public static bool IsPadded => false;
    public static int Start(int line, int depth) => line;
    public static int Step(int lines) => lines;
}

/// <summary>
/// Lines lie in panels as wide as the group, as <see cref="PackPanels"/> lays them out: a packed left operand. The rows of a tile divide
/// the group's width.
/// </summary>
public struct InPanels : IOperand
{
    public static bool DepthIsFastest => false;
    public static bool IsPadded => true;
    public static int Start(int line, int depth) => (line & -Group.DimX) * depth + (line & Group.DimX - 1);
    public static int Step(int lines) => Group.DimX;
}
