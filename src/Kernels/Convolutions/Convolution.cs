using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Convolutions;

/// <summary>Strided convolution, and its transpose, as an implicit matrix product with an epilogue.</summary>
/// <remarks>
/// <para>Mathematics: target[n, p, j] = epilogue(Σ over taps t and source channels c of source[n, s(p, t), c]·w(t, c, j)), where s(p, t)
/// is the source pixel that target pixel p sees through tap t. <see cref="ToCoarse"/> is a convolution's forward pass and a transposed
/// one's input gradient, <see cref="ToFine"/> the reverse; <see cref="ConvWeights"/> has the gradient of w. Taps are added row by
/// row from 0 upwards, within a tap the channels, one fused multiply-add each, from 0; taps that see no pixel are left out. The order does
/// not depend on tile or group, so every device gives the same bits.</para>
/// <para>Layouts: images (images, height, width, channels), the weights (kernel, kernel, fine channels, coarse channels), all dense and
/// row-major. ToFine takes each tap's weights transposed (<see cref="Transpose"/>), so that its threads read neighbors as well, and a
/// tap's weights are contiguous. <see cref="PackedWeights"/> come from <see cref="PackPanels"/>, in panels of C·G columns.</para>
/// <para>Threads: group (x, y, z) has the target pixel that the direction assigns to x, columns (target channels) y·C·G … and images
/// z·R …, G the group's width; a thread has R images of the C columns that start at its own, G apart. The images of a tile look through the
/// same taps, so the edge of the image shortens the sum for the whole group and costs no comparisons within it; with a stride, ToFine
/// computes no products with the zeros that a dilated image would have. Inside a tap this is <see cref="MatMul"/>: a vector of weights, and
/// source elements that are the same for all threads. x runs fastest: a few images stay in the cache while their pixels pass by, and ToFine
/// takes all pixels of the same taps, whose weights the first cache holds, before the next.</para>
/// <para>Costs: 2 FLOPs for each of images·pixels·taps·source channels·columns; R·C of them, twice, for R + C loads, or for R/4 + C where
/// source elements are read by fours (<see cref="Fours{TTile}"/>). No shared memory, no barriers. Images are clamped and columns
/// guarded as in MatMul; packed weights are padded with zeros, and so need no guards.</para>
/// <para>Its predecessor, and its twin in tests, is <see cref="Unfold"/> followed by MatMul, which writes and reads every tap's
/// copy of the image; it is better only where the channels of the fine image are few. Tests: ConvTests.</para>
/// </remarks>
public static class Convolution
{
    /// <summary>The kernel; launch it with <see cref="Grid"/>'s extent from <see cref="GridFor{TTile, TDirection}"/>.</summary>
    public static void Run<TTile, TDirection, TWeights, TEpilogue>(
        ArrayView<float> source, ArrayView<float> weights, ArrayView<float> target, ArrayView<float> bias, ArrayView<float> saved,
        ConvShape shape)
        where TTile : struct, ITile
        where TDirection : struct, IConvDirection
        where TWeights : struct, IConvWeights
        where TEpilogue : struct, IEpilogue
    {
        ImageShape to = TDirection.Target(shape);
        int pixel = TDirection.Pixel(Grid.IdxX, shape);
        if (pixel >= to.Pixels)
            return;
        int firstImage = Grid.IdxZ * TTile.Rows;
        int firstColumn = Grid.IdxY * (TTile.Columns * Group.DimX);
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows * TTile.Columns);
        for (int i = 0; i < TTile.Rows * TTile.Columns; i++)
            sums[i] = 0f;

        if (TWeights.IsPadded | firstColumn + TTile.Columns * Group.DimX <= to.Channels)
            Accumulate<TTile, TDirection, TWeights>(source, weights, sums, firstImage, firstColumn, pixel, shape, guarded: false);
        else
            Accumulate<TTile, TDirection, TWeights>(source, weights, sums, firstImage, firstColumn, pixel, shape, guarded: true);

        for (int i = 0; i < TTile.Rows; i++)
        {
            if (firstImage + i < shape.Images)
            {
                int start = ((firstImage + i) * to.Pixels + pixel) * to.Channels;
                for (int j = 0; j < TTile.Columns; j++)
                {
                    int column = firstColumn + j * Group.DimX + Group.IdxX;
                    float sum = sums[i * TTile.Columns + j];
                    if (column < to.Channels)
                        target[start + column] =
                            TEpilogue.IsCheap ? TEpilogue.Finish(sum, start + column, column, bias, saved) : sum;
                }
            }
        }
        if (!TEpilogue.IsCheap)
            FinishStored<TTile, TEpilogue>(target, bias, saved, firstImage, firstColumn, pixel, to, shape.Images);
    }

    /// <summary>The groups that cover a batch of target images.</summary>
    public static Index3D GridFor<TTile, TDirection>(ConvShape shape, int groupSize)
        where TTile : struct, ITile
        where TDirection : struct, IConvDirection
    {
        ImageShape to = TDirection.Target(shape);
        return new(
            TDirection.Groups(shape), Launch.Groups(to.Channels, TTile.Columns * groupSize), Launch.Groups(shape.Images, TTile.Rows));
    }

    /// <summary>The epilogue of the thread's own results, read back from the cache, as in <see cref="MatMul"/>.</summary>
    private static void FinishStored<TTile, TEpilogue>(
        ArrayView<float> target, ArrayView<float> bias, ArrayView<float> saved, int firstImage, int firstColumn, int pixel, ImageShape to,
        int images)
        where TTile : struct, ITile
        where TEpilogue : struct, IEpilogue
    {
        int lastImage = Math.Min(firstImage + TTile.Rows, images);
        for (int image = firstImage; image < lastImage; image++)
        {
            for (int j = 0; j < TTile.Columns; j++)
            {
                int column = firstColumn + j * Group.DimX + Group.IdxX;
                int index = (image * to.Pixels + pixel) * to.Channels + column;
                if (column < to.Channels)
                    target[index] = TEpilogue.Finish(target[index], index, column, bias, saved);
            }
        }
    }

    private static void Accumulate<TTile, TDirection, TWeights>(
        ArrayView<float> source, ArrayView<float> weights, ArrayView<float> sums, int firstImage, int firstColumn, int target,
        ConvShape shape, bool guarded)
        where TTile : struct, ITile
        where TDirection : struct, IConvDirection
        where TWeights : struct, IConvWeights
    {
        ImageShape from = TDirection.Source(shape), to = TDirection.Target(shape);
        TapRange rows = TDirection.Taps(target / to.Width, from.Height, shape);
        TapRange columns = TDirection.Taps(target % to.Width, from.Width, shape);
        int weightStart = TWeights.Start(firstColumn, shape.Taps * from.Channels) + Group.IdxX;
        int tapStep = from.Channels * TWeights.Step<TTile>(to.Channels);
        ArrayView<int> imageStarts = LocalMemory.Allocate<int>(TTile.Rows);
        for (int i = 0; i < TTile.Rows; i++)
            imageStarts[i] = Math.Min(firstImage + i, shape.Images - 1) * (from.Pixels * Channels.Reads<TTile>(from.Channels));

        for (int y = 0; y < rows.Count; y++)
        {
            for (int x = 0; x < columns.Count; x++)
            {
                int pixel = (rows.Source + y * rows.SourceStep) * from.Width + columns.Source + x * columns.SourceStep;
                int tap = (rows.First + y * rows.Step) * shape.Kernel + columns.First + x * columns.Step;
                AddTap<TTile, TDirection, TWeights>(source, weights, sums, imageStarts, pixel * Channels.Reads<TTile>(from.Channels),
                    weightStart + tap * tapStep, to.Channels - firstColumn, shape, guarded);
            }
        }
    }

    /// <summary>The products of one tap: a piece of an ordinary matrix product.</summary>
    private static void AddTap<TTile, TDirection, TWeights>(
        ArrayView<float> source, ArrayView<float> weights, ArrayView<float> sums, ArrayView<int> imageStarts, int pixelStart,
        int tapStart, int remaining, ConvShape shape, bool guarded)
        where TTile : struct, ITile
        where TDirection : struct, IConvDirection
        where TWeights : struct, IConvWeights
    {
        int reads = Channels.Reads<TTile>(TDirection.Source(shape).Channels);
        int step = TWeights.Step<TTile>(TDirection.Target(shape).Channels);
        ArrayView<float> numbers = LocalMemory.Allocate<float>(TTile.Rows * TTile.Width);
        ArrayView<float> factors = LocalMemory.Allocate<float>(TTile.Columns);
        for (int read = 0; read < reads; read++)
        {
            if (TTile.Width > 1)
            {
                for (int i = 0; i < TTile.Rows; i++)
                    Channels.Read<TTile>(source, imageStarts[i] + pixelStart + read, numbers, i * TTile.Width);
            }
            for (int c = 0; c < TTile.Width; c++)
            {
                for (int j = 0; j < TTile.Columns; j++)
                {
                    int column = j * Group.DimX;
                    int index = tapStart + (read * TTile.Width + c) * step + column;
                    bool inside = !guarded | column + Group.IdxX < remaining;
                    factors[j] = inside ? weights[index] : 0f;
                }
                for (int i = 0; i < TTile.Rows; i++)
                {
                    // One channel at a time, a number is read when it is needed: a CPU has no registers to keep it in.
                    float factor = TTile.Width > 1 ? numbers[i * TTile.Width + c] : source[imageStarts[i] + pixelStart + read];
                    for (int j = 0; j < TTile.Columns; j++)
                        sums[i * TTile.Columns + j] = MathF.FusedMultiplyAdd(factor, factors[j], sums[i * TTile.Columns + j]);
                }
            }
        }
    }
}
