using VaeGpu.Kernels.Convolutions;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Kernels.Ladders.Convolution;

/// <summary>Each thread has several images and keeps their sums in registers.</summary>
/// <remarks>
/// <para>Threads: thread g of group (x, y, z) has channel y·G + g of pixel x in the images zR …, R the tile's rows. All of them look
/// through the same taps, so that a weight is loaded once for R images, and the edge of the image shortens the sum of the whole
/// group.</para>
/// <para>Costs: R + 1 loads for R fused multiply-adds, where <see cref="Convolution2Coalesced"/>, the predecessor, has 2 for one. No shared
/// memory, no barriers. Images behind the last are copies of it and are not stored. Test: LadderTests.</para>
/// </remarks>
internal static class Convolution4ManyImages
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) => DeviceTuning.For(accelerator).ConvTile switch
    {
        TileShape.Rows4 => Load<Tile4x2>(accelerator, sizes),
        TileShape.Rows6 => Load<Tile6x2>(accelerator, sizes),
        TileShape.Rows12 => Load<Tile12x2>(accelerator, sizes),
        _ => Load<Tile8x2>(accelerator, sizes),
    };

    private static LoadedRung Load<TTile>(Accelerator accelerator, LadderSizes sizes) where TTile : struct, ITile
    {
        ConvShape shape = ConvolutionLadder.ShapeOf(sizes);
        int groupSize = DeviceTuning.For(accelerator).ConvGroupSize;
        var kernel = Run<TTile>;
        var launch = accelerator.LoadStreamKernel(kernel);
        int columns = Launch.Groups(shape.Coarse.Channels, groupSize), images = Launch.Groups(shape.Images, TTile.Rows);
        KernelConfig config = Launch.Config(new Index3D(shape.Coarse.Pixels, columns, images), groupSize);
        return new((left, right, output, _) => launch(config, left, right, output, shape));
    }

    private static void Run<TTile>(ArrayView<float> images, ArrayView<float> weights, ArrayView<float> output, ConvShape shape)
        where TTile : struct, ITile
    {
        int firstImage = Grid.IdxZ * TTile.Rows, column = Grid.IdxY * Group.DimX + Group.IdxX;
        ArrayView<float> sums = LocalMemory.Allocate<float>(TTile.Rows);
        for (int i = 0; i < TTile.Rows; i++)
            sums[i] = 0f;
        TapRange rows = ToCoarse.Taps(Grid.IdxX / shape.Coarse.Width, shape.Fine.Height, shape);
        TapRange columns = ToCoarse.Taps(Grid.IdxX % shape.Coarse.Width, shape.Fine.Width, shape);
        for (int y = 0; y < rows.Count; y++)
        {
            for (int x = 0; x < columns.Count; x++)
            {
                int pixel = ((rows.Source + y) * shape.Fine.Width + columns.Source + x) * shape.Fine.Channels;
                int tap = ((rows.First + y) * shape.Kernel + columns.First + x) * shape.Fine.Channels * shape.Coarse.Channels;
                if ((Grid.IdxY + 1) * Group.DimX <= shape.Coarse.Channels)
                    AddTap<TTile>(images, weights, sums, firstImage, pixel, tap + column, column, shape, guarded: false);
                else
                    AddTap<TTile>(images, weights, sums, firstImage, pixel, tap + column, column, shape, guarded: true);
            }
        }
        for (int i = 0; i < TTile.Rows; i++)
        {
            if ((firstImage + i < shape.Images) & (column < shape.Coarse.Channels))
                output[((firstImage + i) * shape.Coarse.Pixels + Grid.IdxX) * shape.Coarse.Channels + column] = sums[i];
        }
    }

    private static void AddTap<TTile>(
        ArrayView<float> images, ArrayView<float> weights, ArrayView<float> sums, int firstImage, int pixel, int weight, int column,
        ConvShape shape, bool guarded)
        where TTile : struct, ITile
    {
        ArrayView<int> starts = LocalMemory.Allocate<int>(TTile.Rows);
        for (int i = 0; i < TTile.Rows; i++)
            starts[i] = Math.Min(firstImage + i, shape.Images - 1) * shape.Fine.Length + pixel;
        for (int c = 0; c < shape.Fine.Channels; c++)
        {
            bool inside = !guarded | column < shape.Coarse.Channels;
            float factor = inside ? weights[weight + c * shape.Coarse.Channels] : 0f;
            for (int i = 0; i < TTile.Rows; i++)
                sums[i] = MathF.FusedMultiplyAdd(images[starts[i] + c], factor, sums[i]);
        }
    }
}
