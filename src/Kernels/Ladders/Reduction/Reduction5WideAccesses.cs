namespace VaeGpu.Kernels.Ladders.Reduction;

/// <summary>A thread reads four floats at a time.</summary>
/// <remarks>
/// <para>A quarter of the load instructions for the same bytes; it needs rows of a multiple of four floats, and is
/// <see cref="Reduction4WarpPerRow"/> where they are not. A thread has the partial sums 4·lane … 4·lane + 3 of each 4·W, so the levels of
/// the tree are added in other places: those above 4·W within a thread, then by shuffles, the last two within a thread. The sums and their
/// order stay.</para>
/// <para>A CPU reads vectors anyway; there the four floats of a thread are gathered. Predecessor: <see cref="Reduction4WarpPerRow"/>.
/// Test: LadderTests.</para>
/// </remarks>
internal static class Reduction5WideAccesses
{
    public static LoadedRung Load(Accelerator accelerator, LadderSizes sizes) => (sizes.Columns % 4, IWarp.SizeOn(accelerator)) switch
    {
        (not 0, _) => Reduction4WarpPerRow.Load(accelerator, sizes),
        (_, >= 32) => Load<Warp32>(accelerator, sizes),
        (_, 16) => Load<Warp16>(accelerator, sizes),
        (_, 8) => Load<Warp8>(accelerator, sizes),
        (_, 4) => Load<Warp4>(accelerator, sizes),
        _ => Load<Warp1>(accelerator, sizes),
    };

    private static LoadedRung Load<TWarp>(Accelerator accelerator, LadderSizes sizes) where TWarp : struct, IWarp
    {
        MatrixShape shape = ReductionLadder.ShapeOf(sizes);
        var kernel = Run<TWarp>;
        var launch = accelerator.LoadStreamKernel(kernel);
        KernelConfig config = Reduction4WarpPerRow.ConfigFor<TWarp>(accelerator, shape);
        return new((left, _, output, _) => launch(config, left, output, shape));
    }

    private static void Run<TWarp>(ArrayView<float> matrix, ArrayView<float> sums, MatrixShape shape) where TWarp : struct, IWarp
    {
        int lane = Group.IdxX % TWarp.Size, row = Grid.IdxX * (Group.DimX / TWarp.Size) + Group.IdxX / TWarp.Size;
        int fours = shape.Columns >> 2, start = Math.Min(row, shape.Rows - 1) * fours;
        ArrayView<float> partial = LocalMemory.Allocate<float>(RowReduction.Width / TWarp.Size);
        for (int i = 0; i < RowReduction.Width / TWarp.Size; i++)
            partial[i] = 0f;
        for (int block = 0; block < fours; block += RowReduction.Width / 4)
        {
            for (int i = 0; i < RowReduction.Width / TWarp.Size; i += 4)
            {
                int four = block + i / 4 * TWarp.Size + lane;
                if (four < fours)
                    Add(partial, i, matrix.Cast<Float4>()[start + four]);
            }
        }
        Reduction4WarpPerRow.Fold<TWarp>(partial, 4);
        for (int i = 0; i < 4; i++)
        {
            partial[i] = Reduction4WarpPerRow.AddFrom<TWarp>(partial[i], 16);
            partial[i] = Reduction4WarpPerRow.AddFrom<TWarp>(partial[i], 8);
            partial[i] = Reduction4WarpPerRow.AddFrom<TWarp>(partial[i], 4);
            partial[i] = Reduction4WarpPerRow.AddFrom<TWarp>(partial[i], 2);
            partial[i] = Reduction4WarpPerRow.AddFrom<TWarp>(partial[i], 1);
        }
        float even = partial[0] + partial[2], odd = partial[1] + partial[3];
        if ((lane == 0) & (row < shape.Rows))
            sums[row] = even + odd;
    }

    private static void Add(ArrayView<float> partial, int first, Float4 four)
    {
        partial[first] += four.X;
        partial[first + 1] += four.Y;
        partial[first + 2] += four.Z;
        partial[first + 3] += four.W;
    }
}
