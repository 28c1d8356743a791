using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Convolutions;

/// <summary>Some images of a batch, which a launch of <see cref="UnfoldPanels"/> unfolds.</summary>
public struct ImageRange
{
    public int First, Count;
}

/// <summary><see cref="Unfold"/> and <see cref="PackPanels"/> in one: what every coarse pixel sees, as a product's left factor.</summary>
/// <remarks>
/// <para>packed[p, k, lane] = fine[First + n, o·stride − padding + t, f], 0 where the tap sees the padding, with k = n·coarse pixels + o
/// and line p·G + lane = t·fine channels + f, G the group's width: panels as <see cref="InPanels"/> reads them. unfoldedᵀ·coarse is the
/// gradient of the weights. The fine channels are a multiple of G, so that a panel has one tap.</para>
/// <para>Threads: group (x, y) has row x of coarse pixels of image y. The taps of a row see contiguous elements of the fine image, so a
/// pixel's are copied in one loop, between two that write the zeros of the padding: no comparisons in the innermost loops.</para>
/// <para>Costs: 8 bytes moved for each number of the product's left factor. No shared memory, no barriers. Its predecessor is Unfold, whose
/// result would have to be packed. Tests: PackedConvTests.</para>
/// </remarks>
public static class UnfoldPanels
{
    /// <summary>The kernel; launch it on <see cref="GridFor"/>.</summary>
    public static void Run(ArrayView<float> fine, ArrayView<float> packed, ConvShape shape, ImageRange images)
    {
        int tapRow = shape.Kernel * shape.Fine.Channels, fineRow = shape.Fine.Width * shape.Fine.Channels;
        int depth = images.Count * shape.Coarse.Pixels;
        for (int tapY = 0; tapY < shape.Kernel; tapY++)
        {
            int fineY = Grid.IdxX * shape.Stride - shape.Padding + tapY;
            bool isInside = (fineY >= 0) & (fineY < shape.Fine.Height);
            int row = ((images.First + Grid.IdxY) * shape.Fine.Height + fineY) * fineRow + Group.IdxX;
            int pixel = Grid.IdxY * shape.Coarse.Pixels + Grid.IdxX * shape.Coarse.Width;
            int target = tapY * tapRow * depth + pixel * Group.DimX + Group.IdxX;
            for (int x = 0; x < shape.Coarse.Width; x++)
            {
                int element = (x * shape.Stride - shape.Padding) * shape.Fine.Channels;
                int first = isInside ? Math.Min(Math.Max(0, -element), tapRow) : tapRow;
                int end = Math.Max(first, Math.Min(tapRow, fineRow - element));
                for (int i = 0; i < first; i += Group.DimX)
                    packed[target + i * depth] = 0f;
                for (int i = first; i < end; i += Group.DimX)
                    packed[target + i * depth] = fine[row + element + i];
                for (int i = end; i < tapRow; i += Group.DimX)
                    packed[target + i * depth] = 0f;
                target += Group.DimX;
            }
        }
    }

    /// <summary>The groups that cover so many images.</summary>
    public static Index3D GridFor(ConvShape shape, int images) => new(shape.Coarse.Height, images, 1);
}
