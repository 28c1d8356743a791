namespace VaeGpu.Kernels.Products;

/// <summary>The sizes of a factor that <see cref="Pack"/> lays out.</summary>
public struct PackShape
{
    /// <summary>Rows of a left factor, columns of a right one.</summary>
    public int Lines;
    /// <summary>The length of the sums.</summary>
    public int Depth;
    /// <summary>Lines with those that fill the last block, which are zero.</summary>
    public int PackedLines;
    /// <summary>Words of 32 bits of a packed line, <see cref="Pack.Words"/>; numbers behind the depth are zero.</summary>
    public int Words;
}

/// <summary>Lays out a factor for <see cref="PackedMatMul"/>: packed[line, k] = round(op(source)[line, k]).</summary>
/// <remarks>
/// <para>source is (lines, depth) or (depth, lines), row-major, as the operand says; packed (PackedLines, Words) words, each of one number
/// in tf32 or two in bf16, the depth running fastest.</para>
/// <para>Threads: a group of 32×8 packs a block of 32 lines by 32 words; neighbors along X write neighbors. A source whose lines run
/// fastest is read along them and turned in shared memory, whose rows are 33 long: reading them down is free of bank conflicts in
/// tf32, and takes two goes in bf16.</para>
/// <para>Costs: 4 bytes read, and 4 (tf32) or 2 (bf16) written for a number; 4224 or 8448 shared bytes and one barrier where it turns.
/// Beside the product's 2MNK FLOPs that is little from about 1000 lines on: 4096³ in bf16 moves 200 MB so that the product
/// reads 1.6 GB in place of 3.2.</para>
/// <para>Not measured on hardware yet. Test: PackedMatMulTests.</para>
/// </remarks>
public static class Pack
{
    private const int Side = 32;
    private const int Pitch = Side + 1;
    private const int RowsAtOnce = 8;
    /// <summary>The words of a line are a multiple of this: 64 bytes, the depth of a slab.</summary>
    public const int WordMultiple = 16;

    /// <summary>The lines that a grid has room for, of 65,535 blocks along Y.</summary>
    public const int MostLines = 65535 * Side;

    /// <summary>The kernel; launch it with <see cref="Config"/>.</summary>
    public static void Run<TPrecision, TOperand>(ArrayView<float> source, ArrayView<uint> packed, PackShape shape)
        where TPrecision : struct, ITensorPrecision
        where TOperand : struct, IOperand
    {
        int numbers = TPrecision.NumbersPerWord, firstLine = Grid.IdxY * Side, firstWord = Grid.IdxX * Side;
        ArrayView<float> block = SharedMemory.Allocate<float>(TOperand.DepthIsFastest ? 1 : Side * TPrecision.NumbersPerWord * Pitch);
        if (!TOperand.DepthIsFastest)
        {
            for (int y = Group.IdxY; y < Side * numbers; y += RowsAtOnce)
                block[y * Pitch + Group.IdxX] = Number<TOperand>(source, firstLine + Group.IdxX, firstWord * numbers + y, shape);
            Group.Barrier();
        }
        int word = firstWord + Group.IdxX;
        for (int y = Group.IdxY; y < Side; y += RowsAtOnce)
        {
            int line = firstLine + y, last = numbers - 1;
            float low = TOperand.DepthIsFastest
                ? Number<TOperand>(source, line, word * numbers, shape)
                : block[Group.IdxX * numbers * Pitch + y];
            float high = TOperand.DepthIsFastest
                ? Number<TOperand>(source, line, word * numbers + last, shape)
                : block[(Group.IdxX * numbers + last) * Pitch + y];
            if ((line < shape.PackedLines) & (word < shape.Words))
                packed[line * shape.Words + word] = TPrecision.Pack(low, high);
        }
    }

    public static int Words<TPrecision>(int depth) where TPrecision : struct, ITensorPrecision =>
        Launch.Groups(depth, TPrecision.NumbersPerWord * WordMultiple) * WordMultiple;

    /// <summary>The launch that packs a whole factor.</summary>
    public static KernelConfig Config(PackShape shape) => new(
        new Index3D(Launch.Groups(shape.Words, Side), Launch.Groups(shape.PackedLines, Side), 1), new Index3D(Side, RowsAtOnce, 1));

    private static float Number<TOperand>(ArrayView<float> source, int line, int k, PackShape shape) where TOperand : struct, IOperand =>
        (line < shape.Lines) & (k < shape.Depth) ? source[TOperand.Start(line, shape.Depth) + k * TOperand.Step(shape.Lines)] : 0f;
}
