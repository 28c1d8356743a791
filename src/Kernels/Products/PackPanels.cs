namespace VaeGpu.Kernels.Products;

/// <summary>The sizes of a factor that is laid out in panels for <see cref="PanelMatMul"/>, and which of its panels are.</summary>
public struct PanelShape
{
    /// <summary>Rows of a left factor, columns of a right one.</summary>
    public int Lines;
    /// <summary>The length of the sums.</summary>
    public int Depth;
    /// <summary>Lines of a panel.</summary>
    public int Width;
    /// <summary>The first panel that is laid out, and how many are.</summary>
    public int FirstPanel, Panels;

    /// <summary>A whole factor.</summary>
    public static PanelShape Of(int lines, int depth, int width) =>
        new() { Lines = lines, Depth = depth, Width = width, Panels = Launch.Groups(lines, width) };
}

/// <summary>Packs a factor of <see cref="PanelMatMul"/>: packed[p, k, line] = op(source)((FirstPanel + p)·Width + line, k).</summary>
/// <remarks>
/// <para>source is (depth, lines) or (lines, depth), row-major, as the operand says; packed (Panels, depth, Width). Lines behind the last
/// are zero, or copies of it where it transposes.</para>
/// <para>Threads: group (x, y) has the depths x·<see cref="Side"/> … of panel y; x runs fastest, so that a processor packs whole panels,
/// those that it multiplies next. Where lines lie side by side it copies them. Else each warp takes squares of S×S, S its width but at
/// most 16: a thread reads along the depth, and the square is transposed in registers by butterflies, log₂ S exchanges with the thread
/// whose index differs in one bit.</para>
/// <para>Costs: 8 bytes moved for each number; log₂ S shuffles for two numbers where it transposes. No shared memory, no barriers. The
/// width of a group is a power of two and divides the panel's. Tests: PanelMatMulTests.</para>
/// </remarks>
public static class PackPanels
{
    /// <summary>Depths of a group.</summary>
    public const int Side = 64;

    private const int LargestSquare = 16;

    /// <summary>The kernel; launch it on <see cref="GridFor"/>.</summary>
    public static void Run<TOperand>(ArrayView<float> source, ArrayView<float> packed, PanelShape shape) where TOperand : struct, IOperand
    {
        int firstLine = (shape.FirstPanel + Grid.IdxY) * shape.Width, start = Grid.IdxY * shape.Width * shape.Depth;
        int firstDepth = Grid.IdxX * Side, lastDepth = Math.Min(firstDepth + Side, shape.Depth);
        if (TOperand.DepthIsFastest)
        {
            int squares = Group.DimX / Square(), square = squares == 1 ? 0 : Group.IdxX / Square();
            for (int k = firstDepth; k < lastDepth; k += Square())
            {
                for (int first = 0; first < shape.Width; first += Group.DimX)
                {
                    int line = first + square * Square();
                    if ((k + Square() <= shape.Depth) & (firstLine + first + Group.DimX <= shape.Lines))
                        Turn(source, packed, firstLine + line, k, start + line, shape, square, guarded: false);
                    else
                        Turn(source, packed, firstLine + line, k, start + line, shape, square, guarded: true);
                }
            }
        }
        else if (firstLine + shape.Width <= shape.Lines)
        {
            Copy(source, packed, firstLine, start, firstDepth, lastDepth, shape, guarded: false);
        }
        else
        {
            Copy(source, packed, firstLine, start, firstDepth, lastDepth, shape, guarded: true);
        }
    }

    /// <summary>The groups that cover a factor.</summary>
    public static Index3D GridFor(PanelShape shape) => new(Launch.Groups(shape.Depth, Side), shape.Panels, 1);

    private static void Copy(
        ArrayView<float> source, ArrayView<float> packed, int firstLine, int start, int firstDepth, int lastDepth, PanelShape shape,
        bool guarded)
    {
        for (int k = firstDepth; k < lastDepth; k++)
        {
            for (int first = 0; first < shape.Width; first += Group.DimX)
            {
                int line = first + Group.IdxX;
                bool inside = !guarded | firstLine + line < shape.Lines;
                packed[start + k * shape.Width + line] = inside ? source[k * shape.Lines + firstLine + line] : 0f;
            }
        }
    }

    /// <summary>Transposes the square of the lines firstLine … and the depths firstDepth … .</summary>
    private static void Turn(
        ArrayView<float> source, ArrayView<float> packed, int firstLine, int firstDepth, int start, PanelShape shape, int square,
        bool guarded)
    {
        ArrayView<float> rows = LocalMemory.Allocate<float>(LargestSquare);
        int lane = Group.IdxX - square * Square();
        for (int i = 0; i < Square(); i++)
        {
            // A masked load from unmapped memory far behind the buffer costs about a hundred cycles.
            int line = Math.Min(firstLine + i, shape.Lines - 1), k = firstDepth + lane;
            bool inside = !guarded | k < shape.Depth;
            rows[i] = inside ? source[line * shape.Depth + k] : 0f;
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
                packed[start + (firstDepth + i) * shape.Width + lane] = rows[i];
        }
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
