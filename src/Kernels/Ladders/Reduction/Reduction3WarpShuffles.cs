using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Reduction;

/// <summary>The levels of the tree that lie within a warp are added by shuffles.</summary>
/// <remarks>
/// <para>The sums and their order are those of <see cref="Reduction2SharedTree"/>. With 32 threads in a warp five of the eight levels need
/// no barrier and no shared memory: a thread gets its partner's register. On a CPU a warp is a vector, and a shuffle an instruction.</para>
/// <para>All warps of a group do the same last levels; the first thread writes. Predecessor: <see cref="Reduction2SharedTree"/>. Test:
/// LadderTests.</para>
/// </remarks>
internal static class Reduction3WarpShuffles
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes)
    {
        MatrixShape shape = ReductionLadder.ShapeOf(sizes);
        var kernel = Run;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = DeviceTuning.For(accelerator).Rows(shape.Rows, shape.Columns);
        return new((left, _, output, _) => launch(config, left, output, shape));
    }

    private static void Run(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(RowReduction.Width);
        int width = RowReduction.WidthFor(shape.Columns), start = Grid.IdxX * shape.Columns;
        for (int first = 0; first < width; first += Group.DimX)
        {
            float own = 0f;
            for (int block = first; block < shape.Columns; block += width)
            {
                int column = block + Group.IdxX;
                if (column < shape.Columns)
                    own += matrix[start + column];
            }
            partial[first + Group.IdxX] = own;
        }
        Group.Barrier();
        for (int half = width / 2; half >= Warp.WarpSize; half /= 2)
        {
            for (int first = 0; first < half; first += Group.DimX)
            {
                int index = first + Group.IdxX;
                if (index < half)
                    partial[index] += partial[index + half];
            }
            Group.Barrier();
        }
        int left = Math.Min(width, Warp.WarpSize);
        float sum = Warp.LaneIdx < left ? partial[Warp.LaneIdx] : 0f;
        for (int half = left / 2; half > 0; half /= 2)
            sum += Warp.ShuffleDown(sum, half);
        if (Group.IdxX == 0)
            sums[Grid.IdxX] = sum;
    }
}
