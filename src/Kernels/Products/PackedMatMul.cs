using ILGPU.Runtime.Cuda;
using static VaeGpu.Kernels.Products.TensorInstructions;

namespace VaeGpu.Kernels.Products;

/// <summary>A large matrix product on tensor cores (NVIDIA, compute capability 8.0 on), of factors rounded by <see cref="Pack"/>.</summary>
/// <remarks>
/// <para>output = epilogue(left·rightᵀ), left (rows, depth) and right (columns, depth) packed with zeros up to whole blocks; output
/// (rows, columns), row-major. The sums are fp32 in the order that the hardware takes.</para>
/// <para>Threads: a group of 256 computes 128×256 results; its eight warps lie 2×4, each with 64×64 results in registers.</para>
/// <para>The depth is taken in slabs of 64 bytes by <c>cp.async</c>, four of them in shared memory. A slab is two steps of the
/// tensor cores; what the next step multiplies is taken from shared memory while this one is multiplied, over the end of a slab as well.
/// The barrier in its middle says that the next slab has come for all threads, and that all are done with reading this one, whose
/// place is filled in the next round. Precision decides nothing but the instruction: in both, a step takes 32 bytes of a line.</para>
/// <para>A line of a slab is four parts of 16 bytes, part p at p ^ (line / 2 % 4): the eight lines of an <c>ldmatrix</c>, which lie 64
/// bytes apart, have different banks, and so have the copies.</para>
/// <para>Costs: 2MNK FLOPs; b·MNK·(1/128 + 1/256) bytes read, by 16, of b bytes a number; 96 KB of shared memory. 85 FLOPs a byte in
/// bf16.</para>
/// <para>Predecessor: <see cref="TensorMatMul"/>, which rounds a factor each time that it is read, and reads it as fp32. Not measured on
/// hardware yet. Test: PackedMatMulTests.</para>
/// </remarks>
public static class PackedMatMul
{
    public const int Rows = 128;
    public const int Columns = 256;
    private const int GroupSize = 256;
    private const int Stages = 4;
    private const int SlabBytes = 4 * Pack.WordMultiple;
    private const int StageBytes = SlabBytes * (Rows + Columns);
    /// <summary>Lines that the group copies at once, a thread 16 bytes of one.</summary>
    private const int LinesAtOnce = GroupSize / 4;
    private const int WarpColumns = 4;
    /// <summary>The rows, and the columns, of a warp: tiles of 16 rows, and pairs of tiles of 8 columns.</summary>
    private const int WarpSide = 64;
    private const int Tiles = WarpSide / 16;

    /// <summary>The kernel; launch it with <see cref="Config"/>.</summary>
    public static void Multiply<TPrecision, TEpilogue>(
        ArrayView<uint> left, ArrayView<uint> right, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved,
        MatMulShape shape)
        where TPrecision : struct, ITensorPrecision
        where TEpilogue : struct, IEpilogue
    {
        uint shared = SharedAddress(SharedMemory.GetDynamic<float>());
        int lineBytes = 4 * Pack.Words<TPrecision>(shape.Depth), slabs = lineBytes / SlabBytes;
        int firstRow = Grid.IdxX * Rows, firstColumn = Grid.IdxY * Columns;
        ulong part = (ulong)((long)(Group.IdxX / 4) * lineBytes + Group.IdxX % 4 * 16);
        ulong leftPart = GlobalAddress(left) + (ulong)((long)firstRow * lineBytes) + part;
        ulong rightPart = GlobalAddress(right) + (ulong)((long)firstColumn * lineBytes) + part;
        ArrayView<float> sums = LocalMemory.Allocate<float>(2 * Tiles * Tiles * 4);
        for (int i = 0; i < 2 * Tiles * Tiles * 4; i++)
            sums[i] = 0f;
        ArrayView<uint> leftNow = LocalMemory.Allocate<uint>(4 * Tiles), leftNext = LocalMemory.Allocate<uint>(4 * Tiles);
        ArrayView<uint> rightNow = LocalMemory.Allocate<uint>(4 * Tiles), rightNext = LocalMemory.Allocate<uint>(4 * Tiles);

        for (int stage = 0; stage < Stages - 1; stage++)
            Fetch(leftPart, rightPart, lineBytes, stage, slabs, shared + (uint)(stage * StageBytes));
        CudaAsm.Emit("cp.async.wait_group 2;");
        Group.Barrier();
        int now = 0;
        Read(shared, 0, leftNow, rightNow);
        for (int slab = 0; slab < slabs; slab++)
        {
            int filled = now == 0 ? Stages - 1 : now - 1;
            Read(shared + (uint)(now * StageBytes), 1, leftNext, rightNext);
            Fetch(leftPart, rightPart, lineBytes, slab + Stages - 1, slabs, shared + (uint)(filled * StageBytes));
            MultiplyAdd<TPrecision>(sums, leftNow, rightNow);
            CudaAsm.Emit("cp.async.wait_group 2;");
            Group.Barrier();
            now = now == Stages - 1 ? 0 : now + 1;
            Read(shared + (uint)(now * StageBytes), 0, leftNow, rightNow);
            MultiplyAdd<TPrecision>(sums, leftNext, rightNext);
        }
        CudaAsm.Emit("cp.async.wait_all;");
        Store<TEpilogue>(sums, output, bias, saved, firstRow, firstColumn, shape);
    }

    /// <summary>The launch that covers an output of the given size.</summary>
    public static KernelConfig Config(int rows, int columns) => new(
        GridFor(rows, columns), new Index3D(GroupSize, 1, 1), SharedMemoryConfig.RequestDynamic<byte>(Stages * StageBytes));

    /// <summary>The groups that cover an output of the given size.</summary>
    public static Index3D GridFor(int rows, int columns) => new(Launch.Groups(rows, Rows), Launch.Groups(columns, Columns), 1);

    /// <summary>Starts the copies of a slab; behind the last one come zeros, which are not multiplied.</summary>
    private static void Fetch(ulong leftPart, ulong rightPart, int lineBytes, int slab, int slabs, uint stage)
    {
        int line = Group.IdxX / 4;
        uint place = stage + (uint)(line * SlabBytes + Turned(Group.IdxX % 4, line));
        bool inside = slab < slabs;
        ulong offset = (ulong)(inside ? (long)slab * SlabBytes : 0);
        for (int i = 0; i < Rows / LinesAtOnce; i++)
            CopySixteen(place + (uint)(i * LinesAtOnce * SlabBytes), leftPart + offset + (ulong)((long)i * LinesAtOnce * lineBytes),
                inside);
        for (int i = 0; i < Columns / LinesAtOnce; i++)
        {
            CopySixteen(place + (uint)((Rows + i * LinesAtOnce) * SlabBytes),
                rightPart + offset + (ulong)((long)i * LinesAtOnce * lineBytes), inside);
        }
        Commit();
    }

    /// <summary>The byte in its line at which a part of 16 lies.</summary>
    private static int Turned(int part, int line) => (part ^ line / 2 % 4) * 16;

    /// <summary>What the warp multiplies in a slab's first or second step.</summary>
    private static void Read(uint stage, int step, ArrayView<uint> left, ArrayView<uint> right)
    {
        int warp = Group.IdxX / 32, lane = Group.IdxX % 32;
        // Of the left factor the squares lie rows 0-7, rows 8-15, and again 16 bytes on; of the right one 16 bytes on comes first.
        int row = warp / WarpColumns * WarpSide + lane % 16, column = warp % WarpColumns * WarpSide + lane / 16 * 8 + lane % 8;
        uint leftAddress = stage + (uint)(row * SlabBytes + Turned(2 * step + lane / 16, row));
        uint rightAddress = stage + (uint)((Rows + column) * SlabBytes + Turned(2 * step + lane / 8 % 2, column));
        for (int tile = 0; tile < Tiles; tile++)
        {
            LoadSquares(leftAddress + (uint)(tile * 16 * SlabBytes), left, 4 * tile);
            LoadSquares(rightAddress + (uint)(tile * 16 * SlabBytes), right, 4 * tile);
        }
    }

    private static void MultiplyAdd<TPrecision>(ArrayView<float> sums, ArrayView<uint> left, ArrayView<uint> right)
        where TPrecision : struct, ITensorPrecision
    {
        for (int m = 0; m < Tiles; m++)
        {
            for (int n = 0; n < 2 * Tiles; n++)
                TPrecision.MultiplyAdd(sums, (m * 2 * Tiles + n) * 4, left, 4 * m, right, 2 * n);
        }
    }

    /// <summary>A lane's results lie two by two, and are written so where rows are of even length.</summary>
    private static void Store<TEpilogue>(
        ArrayView<float> sums, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> saved, int firstRow, int firstColumn,
        MatMulShape shape)
        where TEpilogue : struct, IEpilogue
    {
        int warp = Group.IdxX / 32, lane = Group.IdxX % 32;
        int row = firstRow + warp / WarpColumns * WarpSide + lane / 4;
        int column = firstColumn + warp % WarpColumns * WarpSide + lane % 4 * 2;
        bool even = shape.Columns % 2 == 0;
        for (int i = 0; i < 2 * Tiles * Tiles * 4; i += 2)
        {
            int tile = i / 4, y = row + tile / (2 * Tiles) * 16 + i % 4 / 2 * 8, x = column + tile % (2 * Tiles) * 8;
            int index = y * shape.Columns + x;
            if ((y < shape.Rows) & (x < shape.Columns))
            {
                float first = TEpilogue.Finish(sums[i], index, x, bias, saved), second = 0f;
                bool both = x + 1 < shape.Columns;
                if (both)
                    second = TEpilogue.Finish(sums[i + 1], index + 1, x + 1, bias, saved);
                if (even)
                {
                    output.Cast<Float2>()[y * (shape.Columns >> 1) + (x >> 1)] = new Float2 { X = first, Y = second };
                }
                else
                {
                    output[index] = first;
                    if (both)
                        output[index + 1] = second;
                }
            }
        }
    }
}
