using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Convolutions;

/// <summary>The gradient of a convolution's weights, and of a transposed one's, as an implicit matrix product.</summary>
/// <remarks>
/// <para>Mathematics: gradient[t, f, c] = Σ over images n and coarse pixels o of fine[n, o·stride − padding + t, f]·coarse[n, o, c]. For a
/// convolution fine is its input and coarse its output's gradient, for a transposed one it is the other way round.</para>
/// <para>The sum is long and its results are few, so it is cut into chunks of images: partial (chunks, weights) has the sum of each,
/// and <see cref="ColumnSum"/> adds the chunks in order. A chunk is <see cref="ChunkImages"/> images, which depends on the layer alone,
/// not on the device. Within a chunk images, rows and columns are added from 0 upwards, one fused multiply-add each, from 0; pixels whose
/// tap sees the padding are left out.</para>
/// <para>Threads: group (x, y, z) has, with T tiles of R fine channels, tap x/T and fine channels (x mod T)·R …, coarse channels y·C·G …
/// and chunk z; a thread has R fine channels of C coarse ones, G apart. The coarse element is a vector load, the fine ones are the
/// same for all threads, and are read by fours where they can (<see cref="Fours{TTile}"/>). The tap is the group's, so the pixels
/// that it sees are a rectangle: no comparisons in the loops.</para>
/// <para>Costs: 2 FLOPs for each of images·coarse pixels·weights; the partial sums are a quarter of the images, written once and
/// read once. No shared memory, no barriers. Its twin is <see cref="UnfoldPanels"/> followed by <see cref="PanelMatMul"/>, which vector
/// processors prefer where chunks are large. Tests: ConvTests, PackedConvTests.</para>
/// </remarks>
public static class ConvWeights
{
    private const int ImagesPerPartialSums = 4;

    /// <summary>The images of a chunk: as many as make its partial sums a quarter of their elements, and few enough for a cache.</summary>
    public static int ChunkImages(ConvShape shape) =>
        Launch.Groups(checked(ImagesPerPartialSums * shape.Weights), shape.Fine.Length + shape.Coarse.Length);

    public static int Chunks(ConvShape shape) => Launch.Groups(shape.Images, ChunkImages(shape));

    /// <summary>The kernel; launch it with <see cref="Grid"/>'s extent from <see cref="GridFor{TTile}"/>.</summary>
    public static void Run<TTile>(
        ArrayView<float> fine, ArrayView<float> coarse, ArrayView<float> partial, ConvShape shape, int chunkImages)
        where TTile : struct, ITile
    {
        int tiles = (shape.Fine.Channels + TTile.Rows - 1) / TTile.Rows;
        int tap = Grid.IdxX / tiles;
        int firstRow = Grid.IdxX % tiles * TTile.Rows;
        int firstColumn = Grid.IdxY * (TTile.Columns * Group.DimX);
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        for (int i = 0; i < TTile.Rows * TTile.Columns; i++)
            sums[i] = 0f;

        if ((firstColumn + TTile.Columns * Group.DimX <= shape.Coarse.Channels) & (firstRow + TTile.Rows <= shape.Fine.Channels))
            Accumulate<TTile>(fine, coarse, sums, tap, firstRow, firstColumn, shape, chunkImages, guarded: false);
        else
            Accumulate<TTile>(fine, coarse, sums, tap, firstRow, firstColumn, shape, chunkImages, guarded: true);

        int start = Grid.IdxZ * shape.Weights + tap * shape.Fine.Channels * shape.Coarse.Channels;
        for (int i = 0; i < TTile.Rows; i++)
        {
            if (firstRow + i < shape.Fine.Channels)
            {
                for (int j = 0; j < TTile.Columns; j++)
                {
                    int column = firstColumn + j * Group.DimX + Group.IdxX;
                    if (column < shape.Coarse.Channels)
                        partial[start + (firstRow + i) * shape.Coarse.Channels + column] = sums[i * TTile.Columns + j];
                }
            }
        }
    }

    /// <summary>The groups that cover the weights and the chunks.</summary>
    public static Index3D GridFor<TTile>(ConvShape shape, int groupSize) where TTile : struct, ITile => new(
        shape.Taps * Launch.Groups(shape.Fine.Channels, TTile.Rows), Launch.Groups(shape.Coarse.Channels, TTile.Columns * groupSize),
        Chunks(shape));

    private static void Accumulate<TTile>(
        ArrayView<float> fine, ArrayView<float> coarse, ArrayView<float> sums, int tap, int firstRow, int firstColumn, ConvShape shape,
        int chunkImages, bool guarded)
        where TTile : struct, ITile
    {
        int tapY = tap / shape.Kernel, tapX = tap % shape.Kernel;
        int firstY = First(tapY, shape), firstX = First(tapX, shape);
        int endY = End(tapY, shape.Fine.Height, shape.Coarse.Height, shape);
        int endX = End(tapX, shape.Fine.Width, shape.Coarse.Width, shape);
        int fineX = firstX * shape.Stride - shape.Padding + tapX;
        int lastImage = Math.Min((Grid.IdxZ + 1) * chunkImages, shape.Images);
        for (int image = Grid.IdxZ * chunkImages; image < lastImage; image++)
        {
            for (int y = firstY; y < endY; y++)
            {
                int fineY = y * shape.Stride - shape.Padding + tapY;
                int finePixel = (image * shape.Fine.Height + fineY) * shape.Fine.Width + fineX;
                int coarseStart = ((image * shape.Coarse.Height + y) * shape.Coarse.Width + firstX) * shape.Coarse.Channels;
                AddLine<TTile>(fine, coarse, sums, finePixel, coarseStart, endX - firstX, firstRow, firstColumn, shape, guarded);
            }
        }
    }

    /// <summary>The products of one line of coarse pixels: a piece of an ordinary matrix product.</summary>
    private static void AddLine<TTile>(
        ArrayView<float> fine, ArrayView<float> coarse, ArrayView<float> sums, int finePixel, int coarseStart, int count, int firstRow,
        int firstColumn, ConvShape shape, bool guarded)
        where TTile : struct, ITile
    {
        int reads = Channels.Reads<TTile>(shape.Fine.Channels), fineStart = finePixel * reads, fineStep = shape.Stride * reads;
        ArrayView<int> rows = LocalMemory.Allocate<int>(TTile.Rows / TTile.Width);
        for (int i = 0; i < TTile.Rows / TTile.Width; i++)
            rows[i] = guarded ? Math.Min(Channels.Reads<TTile>(firstRow) + i, reads - 1) : Channels.Reads<TTile>(firstRow) + i;
        ArrayView<float> numbers = LocalMemory.Allocate<float>(TTile.Width);
        ArrayView<float> factors = LocalMemory.Allocate<float>(TTile.Columns);
        for (int x = 0; x < count; x++)
        {
            for (int j = 0; j < TTile.Columns; j++)
            {
                int column = firstColumn + j * Group.DimX + Group.IdxX;
                int index = coarseStart + x * shape.Coarse.Channels + column;
                bool inside = !guarded | column < shape.Coarse.Channels;
                factors[j] = inside ? coarse[index] : 0f;
            }
            for (int i = 0; i < TTile.Rows; i++)
            {
                int inRead = i % TTile.Width;
                if (inRead == 0)
                    Channels.Read<TTile>(fine, fineStart + rows[i / TTile.Width] + x * fineStep, numbers, 0);
                for (int j = 0; j < TTile.Columns; j++)
                    sums[i * TTile.Columns + j] = MathF.FusedMultiplyAdd(numbers[inRead], factors[j], sums[i * TTile.Columns + j]);
            }
        }
    }

    /// <summary>The first coarse pixel that sees the image through the tap: o·stride − padding + tap ≥ 0.</summary>
    private static int First(int tap, ConvShape shape) => (Math.Max(0, shape.Padding - tap) + shape.Stride - 1) / shape.Stride;

    /// <summary>One beyond the last: o·stride − padding + tap below the extent.</summary>
    private static int End(int tap, int fineExtent, int coarseExtent, ConvShape shape) =>
        Math.Min(coarseExtent, (fineExtent - 1 + shape.Padding - tap + shape.Stride) / shape.Stride);
}
