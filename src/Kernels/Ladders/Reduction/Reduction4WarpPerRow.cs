using VaeGpu.Kernels.Devices;

namespace VaeGpu.Kernels.Ladders.Reduction;

/// <summary>A warp adds up a row; a group has several rows.</summary>
/// <remarks>
/// <para>A thread keeps its part of the 256 partial sums in registers, 8 with 32 threads in a warp, 16 with 16: that many additions, and
/// loads, are on their way at once. The upper levels of the tree add registers of one thread, the lower ones shuffle. The sums and their
/// order are those of <see cref="Reduction2SharedTree"/>.</para>
/// <para>Threads: warp w of group x has row x·W + w. No shared memory, no barriers. Predecessor: <see cref="Reduction3WarpShuffles"/>.
/// Test: LadderTests.</para>
/// </remarks>
internal static class Reduction4WarpPerRow
{
    /// <summary>The threads of a group on a GPU.</summary>
    private const int GpuGroup = 256;

    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) => IWarp.SizeOn(accelerator) switch
    {
        >= 32 => Load<Warp32>(accelerator, sizes),
        16 => Load<Warp16>(accelerator, sizes),
        8 => Load<Warp8>(accelerator, sizes),
        4 => Load<Warp4>(accelerator, sizes),
        _ => Load<Warp1>(accelerator, sizes),
    };

    /// <summary>The groups that have a warp for each row.</summary>
    internal static KernelConfig ConfigFor<TWarp>(Accelerator accelerator, MatrixShape shape) where TWarp : struct, IWarp
    {
        DeviceTuning tuning = DeviceTuning.For(accelerator);
        int groupSize = tuning.StagesOperands ? GpuGroup : Math.Max(tuning.GroupSize, TWarp.Size);
        return Launch.Config(Launch.Groups(shape.Rows, groupSize / TWarp.Size), groupSize);
    }

    private static LoadedRung Load<TWarp>(Accelerator accelerator, LadderSizes sizes) where TWarp : struct, IWarp
    {
        MatrixShape shape = ReductionLadder.ShapeOf(sizes);
        var kernel = Run<TWarp>;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = ConfigFor<TWarp>(accelerator, shape);
        return new((left, _, output, _) => launch(config, left, output, shape));
    }

    private static void Run<TWarp>(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape) where TWarp : struct, IWarp
    {
        int lane = Group.IdxX % TWarp.Size, row = Grid.IdxX * (Group.DimX / TWarp.Size) + Group.IdxX / TWarp.Size;
        // Rows behind the last are copies of it, so that every thread takes part in the shuffles.
        int start = Math.Min(row, shape.Rows - 1) * shape.Columns + lane;
        ArrayView<float> partial = LocalMemory.Allocate<float>(RowReduction.Width / TWarp.Size);
        for (int i = 0; i < RowReduction.Width / TWarp.Size; i++)
            partial[i] = 0f;
        int whole = shape.Columns / RowReduction.Width * RowReduction.Width;
        for (int block = 0; block < whole; block += RowReduction.Width)
        {
            for (int i = 0; i < RowReduction.Width / TWarp.Size; i++)
                partial[i] += matrix[start + block + i * TWarp.Size];
        }
        for (int i = 0; i < RowReduction.Width / TWarp.Size; i++)
        {
            if (whole + i * TWarp.Size + lane < shape.Columns)
                partial[i] += matrix[start + whole + i * TWarp.Size];
        }
        Fold<TWarp>(partial, 1);
        float sum = partial[0];
        sum = AddFrom<TWarp>(sum, 16);
        sum = AddFrom<TWarp>(sum, 8);
        sum = AddFrom<TWarp>(sum, 4);
        sum = AddFrom<TWarp>(sum, 2);
        sum = AddFrom<TWarp>(sum, 1);
        if ((lane == 0) & (row < shape.Rows))
            sums[row] = sum;
    }

    /// <summary>A sum with that of the thread so many lanes on; unchanged where a warp is not that wide.</summary>
    internal static float AddFrom<TWarp>(float sum, int distance) where TWarp : struct, IWarp =>
        distance < TWarp.Size ? sum + Warp.ShuffleDown(sum, distance) : sum;

    /// <summary>The levels of the tree whose partners are registers of one thread, down to <paramref name="last"/> registers
    /// apart.</summary>
    internal static void Fold<TWarp>(ArrayView<float> partial, int last) where TWarp : struct, IWarp
    {
        // Level by level: a loop over them would index registers by what is not known when the kernel is compiled.
        Fold<TWarp>(partial, 128, last);
        Fold<TWarp>(partial, 64, last);
        Fold<TWarp>(partial, 32, last);
        Fold<TWarp>(partial, 16, last);
        Fold<TWarp>(partial, 8, last);
        Fold<TWarp>(partial, 4, last);
        Fold<TWarp>(partial, 2, last);
        Fold<TWarp>(partial, 1, last);
    }

    private static void Fold<TWarp>(ArrayView<float> partial, int half, int last) where TWarp : struct, IWarp
    {
        if (half < RowReduction.Width / TWarp.Size && half >= last)
        {
            for (int i = 0; i < half; i++)
                partial[i] += partial[i + half];
        }
    }
}
