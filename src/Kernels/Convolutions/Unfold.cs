using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Convolutions;

/// <summary>What every coarse pixel sees, side by side: it makes a convolution a matrix product. <see cref="Fold"/> undoes it.</summary>
/// <remarks>
/// <para>unfolded[n, o, (t, f)] = fine[n, o·stride − padding + t, f], 0 where the tap sees the padding. fine is (images, height,
/// width, fine channels), unfolded (images·coarse pixels, taps·fine channels), row-major: a coarse image of a convolution with one tap, one
/// step and taps·fine channels, whose weights lie in memory as they did.</para>
/// <para>Threads: group x has a row of coarse pixels of an image, its threads the columns, pixel after pixel; what a column sees is worked
/// out once for the row. 4 bytes read and 4 written for each tap's copy of an element: worth it where the fine channels are
/// fewer than a vector's lanes. No shared memory, no barriers. Test: ConvTests.</para>
/// </remarks>
public static class Unfold
{
    /// <summary>The kernel; launch it with one group for each row of each coarse image.</summary>
    public static void Run(ArrayView<float> fine, ArrayView<float> unfolded, ConvShape shape)
    {
        int image = Grid.IdxX / shape.Coarse.Height;
        int startY = Grid.IdxX % shape.Coarse.Height * shape.Stride - shape.Padding;
        int tapRow = shape.Kernel * shape.Fine.Channels;
        int columns = shape.Kernel * tapRow;
        int fineRow = shape.Fine.Width * shape.Fine.Channels;
        int step = shape.Stride * shape.Fine.Channels;
        for (int first = 0; first < columns; first += Group.DimX)
        {
            int column = first + Group.IdxX;
            int tapY = SmallQuotient.Of(column, tapRow);
            int y = startY + tapY;
            // The taps of a row lie side by side, as do the elements that they see.
            int element = column - tapY * tapRow - shape.Padding * shape.Fine.Channels;
            bool rowInside = (y >= 0) & (y < shape.Fine.Height);
            int source = (image * shape.Fine.Height + y) * fineRow;
            int target = Grid.IdxX * shape.Coarse.Width * columns + column;
            if (column < columns)
            {
                for (int x = 0; x < shape.Coarse.Width; x++)
                {
                    int seen = element + x * step;
                    bool inside = rowInside & (seen >= 0) & (seen < fineRow);
                    unfolded[target + x * columns] = inside ? fine[source + seen] : 0f;
                }
            }
        }
    }

    /// <summary>The convolution of one tap that is left once the fine images are unfolded.</summary>
    public static ConvShape Reduced(ConvShape shape)
    {
        var pixels = new ImageShape { Height = 1, Width = shape.Coarse.Pixels, Channels = shape.Taps * shape.Fine.Channels };
        return new()
        {
            Images = shape.Images,
            Fine = pixels,
            Coarse = pixels with { Channels = shape.Coarse.Channels },
            Kernel = 1,
            Stride = 1,
        };
    }
}

/// <summary>The sum of what falls on each fine pixel: <see cref="Unfold"/>'s transpose, with an epilogue.</summary>
/// <remarks>
/// <para>fine[n, p, f] = epilogue(Σ of unfolded[n, o, (t, f)] over the taps t and coarse pixels o with o·stride − padding + t = p), taps
/// row by row from 0 upwards, added from 0. Layouts are Unfold's.</para>
/// <para>Threads: group x has a row of fine pixels of an image, its threads stride over the elements of the row; each
/// gathers its own ⌈kernel/stride⌉² terms, so nothing is added by two threads at once. Memory-bound. No shared memory, no barriers.
/// Test: ConvTests.</para>
/// </remarks>
public static class Fold
{
    /// <summary>The kernel; launch it with one group for each row of each fine image.</summary>
    public static void Run<TEpilogue>(
        ArrayView<float> unfolded, ArrayView<float> fine, ArrayView<float> bias, ArrayView<float> saved, ConvShape shape)
        where TEpilogue : struct, IEpilogue
    {
        int image = Grid.IdxX / shape.Fine.Height;
        TapRange rows = ToFine.Taps(Grid.IdxX % shape.Fine.Height, shape.Coarse.Height, shape);
        int length = shape.Fine.Width * shape.Fine.Channels;
        for (int first = 0; first < length; first += Group.DimX)
        {
            int element = first + Group.IdxX;
            int x = SmallQuotient.Of(element, shape.Fine.Channels);
            int channel = element - x * shape.Fine.Channels;
            if (element < length)
            {
                float sum = 0f;
                for (int y = 0; y < rows.Count; y++)
                {
                    int start = (image * shape.Coarse.Height + rows.Source - y) * shape.Coarse.Width;
                    sum = AddRow(unfolded, sum, start, (rows.First + y * rows.Step) * shape.Kernel, x, channel, shape);
                }
                int index = Grid.IdxX * length + element;
                fine[index] = TEpilogue.Finish(sum, index, channel, bias, saved);
            }
        }
    }

    /// <summary>Adds the terms of one row of taps. All threads make the same steps: those whose tap sees nothing add nothing.</summary>
    private static float AddRow(ArrayView<float> unfolded, float sum, int start, int firstTap, int x, int channel, ConvShape shape)
    {
        int nearest = SmallQuotient.Of(x + shape.Padding, shape.Stride);
        int rest = x + shape.Padding - nearest * shape.Stride;
        for (int step = 0; step * shape.Stride < shape.Kernel; step++)
        {
            int tap = rest + step * shape.Stride;
            int source = nearest - step;
            bool inside = (tap < shape.Kernel) & (source >= 0) & (source < shape.Coarse.Width);
            int index = ((start + source) * shape.Taps + firstTap + tap) * shape.Fine.Channels + channel;
            if (inside)
                sum += unfolded[index];
        }
        return sum;
    }
}
