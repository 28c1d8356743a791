namespace VaeGpu.Kernels.Products;

/// <summary>The width of a factor's panels.</summary>
public interface IPanel
{
    /// <summary>Lines of a panel, divided by the group's width.</summary>
    static abstract int Vectors { get; }
}

/// <summary>A panel of a left factor, as <see cref="InPanels"/> reads it.</summary>
public struct LeftPanel : IPanel
{
    public static int Vectors => 1;
}

/// <summary>A panel of a right factor: a tile's columns.</summary>
public struct RightPanel<TTile> : IPanel where TTile : struct, ITile
{
    public static int Vectors => TTile.Columns;
}

/// <summary>The sizes of a factor that is laid out in panels for <see cref="PanelMatMul"/>, and which of its panels are.</summary>
public struct PanelShape
{
    /// <summary>Rows of a left factor, columns of a right one.</summary>
    public int Lines;
    /// <summary>The depth that is laid out: all of it, or a part.</summary>
    public int Depth;
    /// <summary>The depth of the whole factor: the distance of its lines where they are read along the depth.</summary>
    public int WholeDepth;
    /// <summary>The first panel that is laid out, and how many are.</summary>
    public int FirstPanel, Panels;

    /// <summary>A whole factor in panels of so many lines.</summary>
    public static PanelShape Of(int lines, int depth, int width) =>
        new() { Lines = lines, Depth = depth, WholeDepth = depth, Panels = Launch.Groups(lines, width) };
}

/// <summary>Packs a factor of <see cref="PanelMatMul"/>: packed[p, k, line] = op(source)((FirstPanel + p)·W + line, k).</summary>
/// <remarks>
/// <para>source is (depth, lines) or (lines, whole depth), row-major, as the operand says, and begins at the first depth; packed
/// (Panels, depth, W), W the panel's width. Lines behind the last are zero, or copies of it where it transposes.</para>
/// <para>Threads: where lines are contiguous, group (x, y) copies the depths y·<see cref="CopiedDepth"/> … of panel x; x runs fastest, so
/// that a processor reads rows of the source sequentially, which its prefetchers recognize. Otherwise group (x, y) has the depths
/// x·<see cref="TransposedDepth"/> … of panel y, and each warp takes squares of S×S, S its width but at most 16: a thread reads along the
/// depth, and the square is transposed in registers by butterflies, log₂ S exchanges with the thread whose index differs in one bit.
/// A group transposes all its depths of one square's lines before the next lines: lines a power of two apart share few sets of the first
/// cache.</para>
/// <para>Costs: 8 bytes moved for each number; log₂ S shuffles for two numbers where it transposes. No shared memory, no barriers. The
/// width of a group is a power of two. Tests: PanelMatMulTests.</para>
/// </remarks>
public static class PackPanels
{
    /// <summary>Depths of a group that copies.</summary>
    public const int CopiedDepth = 16;
    /// <summary>Depths of a group that transposes: it reads so much of each line sequentially, which prefetchers recognize.</summary>
    public const int TransposedDepth = 512;

    private const int LargestSquare = 16;

    /// <summary>The kernel; launch it on <see cref="GridFor"/>.</summary>
    public static void Run<TPanel, TOperand>(ArrayView<float> source, ArrayView<float> packed, PanelShape shape)
        where TPanel : struct, IPanel
        where TOperand : struct, IOperand => Pack<TPanel, TOperand>(source, packed, shape);

    /// <summary>
    /// The kernel that also marks panels: nonfinite[p] is set to 1 where a number of panel p is infinite or NaN, and left as it is
    /// elsewhere.
    /// </summary>
    public static void RunChecked<TPanel, TOperand>(
        ArrayView<float> source, ArrayView<float> packed, ArrayView<int> nonfinite, PanelShape shape)
        where TPanel : struct, IPanel
        where TOperand : struct, IOperand
    {
        float zero = Pack<TPanel, TOperand>(source, packed, shape);
        if (Group.BarrierOr(zero != 0f) && Group.IdxX == 0)
            nonfinite[shape.FirstPanel + (TOperand.DepthIsFastest ? Grid.IdxY : Grid.IdxX)] = 1;
    }

    /// <summary>Packs the group's part; returns a sum of zeros, which is NaN if a number of the part is not finite.</summary>
    private static float Pack<TPanel, TOperand>(ArrayView<float> source, ArrayView<float> packed, PanelShape shape)
        where TPanel : struct, IPanel
        where TOperand : struct, IOperand
    {
        int width = TPanel.Vectors * Group.DimX;
        return TOperand.DepthIsFastest
            ? Transpose<TPanel>(source, packed, (shape.FirstPanel + Grid.IdxY) * width, Grid.IdxY * width * shape.Depth, shape)
            : Copy<TPanel>(source, packed, (shape.FirstPanel + Grid.IdxX) * width, Grid.IdxX * width * shape.Depth, shape);
    }

    /// <summary>The groups that cover a factor.</summary>
    public static Index3D GridFor<TOperand>(PanelShape shape) where TOperand : struct, IOperand => TOperand.DepthIsFastest
        ? new(Launch.Groups(shape.Depth, TransposedDepth), shape.Panels, 1)
        : new(shape.Panels, Launch.Groups(shape.Depth, CopiedDepth), 1);

    private static float Copy<TPanel>(ArrayView<float> source, ArrayView<float> packed, int firstLine, int start, PanelShape shape)
        where TPanel : struct, IPanel
    {
        return firstLine + TPanel.Vectors * Group.DimX <= shape.Lines
            ? Copy<TPanel>(source, packed, firstLine, start, shape, guarded: false)
            : Copy<TPanel>(source, packed, firstLine, start, shape, guarded: true);
    }

    private static float Copy<TPanel>(
        ArrayView<float> source, ArrayView<float> packed, int firstLine, int start, PanelShape shape, bool guarded)
        where TPanel : struct, IPanel
    {
        int firstDepth = Grid.IdxY * CopiedDepth, lastDepth = Math.Min(firstDepth + CopiedDepth, shape.Depth);
        float zero = 0f;
        for (int k = firstDepth; k < lastDepth; k++)
        {
            for (int j = 0; j < TPanel.Vectors; j++)
            {
                int line = j * Group.DimX + Group.IdxX;
                bool inside = !guarded | firstLine + line < shape.Lines;
                float number = inside ? source[k * shape.Lines + firstLine + line] : 0f;
                packed[start + k * (TPanel.Vectors * Group.DimX) + line] = number;
                zero = MathF.FusedMultiplyAdd(number, 0f, zero);
            }
        }
        return zero;
    }

    private static float Transpose<TPanel>(ArrayView<float> source, ArrayView<float> packed, int firstLine, int start, PanelShape shape)
        where TPanel : struct, IPanel
    {
        int squares = Group.DimX / Square(), square = squares == 1 ? 0 : Group.IdxX / Square();
        int firstDepth = Grid.IdxX * TransposedDepth, lastDepth = Math.Min(firstDepth + TransposedDepth, shape.Depth);
        int width = TPanel.Vectors * Group.DimX;
        float zero = 0f;
        for (int first = 0; first < width; first += Group.DimX)
        {
            bool whole = firstLine + first + Group.DimX <= shape.Lines;
            for (int k = firstDepth; k < lastDepth; k += Square())
            {
                int line = first + square * Square();
                zero += whole & k + Square() <= shape.Depth
                    ? Transpose(source, packed, firstLine + line, k, start + line, width, shape, square, guarded: false)
                    : Transpose(source, packed, firstLine + line, k, start + line, width, shape, square, guarded: true);
            }
        }
        return zero;
    }

    /// <summary>Transposes the square of the lines firstLine … and the depths firstDepth …; returns what <see cref="Pack"/> does.</summary>
    private static float Transpose(
        ArrayView<float> source, ArrayView<float> packed, int firstLine, int firstDepth, int start, int width, PanelShape shape,
        int square, bool guarded)
    {
        ArrayView<float> rows = LocalMemory.Allocate<float>(LargestSquare);
        int lane = Group.IdxX - square * Square();
        float zero = 0f;
        for (int i = 0; i < Square(); i++)
        {
            // A masked load from unmapped memory far behind the buffer costs about a hundred cycles.
            int line = Math.Min(firstLine + i, shape.Lines - 1), k = firstDepth + lane;
            bool inside = !guarded | k < shape.Depth;
            rows[i] = inside ? source[line * shape.WholeDepth + k] : 0f;
            zero = MathF.FusedMultiplyAdd(rows[i], 0f, zero);
        }
        if (Square() > 1)
            Exchange(rows, lane, 1);
        if (Square() > 2)
            Exchange(rows, lane, 2);
        if (Square() > 4)
            Exchange(rows, lane, 4);
        if (Square() > 8)
            Exchange(rows, lane, 8);
        for (int i = 0; i < Square(); i++)
        {
            if (!guarded | firstDepth + i < shape.Depth)
                packed[start + (firstDepth + i) * width + lane] = rows[i];
        }
        return zero;
    }

    private static int Square() => Math.Min(Math.Min(Group.DimX, Warp.WarpSize), LargestSquare);

    /// <summary>Swaps the quarters off the diagonal of every square of 2·step: rows with threads whose index differs in one bit.</summary>
    private static void Exchange(ArrayView<float> rows, int lane, int step)
    {
        bool upper = (lane & step) != 0;
        for (int i = 0; i < Square(); i++)
        {
            if ((i & step) == 0)
            {
                float low = rows[i], high = rows[i + step];
                float received = Warp.ShuffleXor(upper ? low : high, step);
                rows[i] = upper ? received : low;
                rows[i + step] = upper ? high : received;
            }
        }
    }
}
