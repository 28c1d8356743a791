using VaeGpu.Kernels;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Products;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Tests.Kernels;

public class ReductionTests
{
    private static readonly (int Rows, int Columns)[] Shapes =
        [(1, 1), (3, 63), (5, 64), (7, 65), (64, 17), (35, 21), (13, 784), (2, 300)];

    [EveryDevice]
    public void Column_sums_add_the_rows_in_order(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach ((int rows, int columns) in Shapes)
        {
            float[] values = inputs.Normal(rows * columns);
            var expected = new float[columns];
            for (int i = 0; i < values.Length; i++)
                expected[i % columns] += values[i];
            using var matrix = new Guarded(accelerator, values);
            using var sums = new Guarded(accelerator, columns);
            var kernel = ColumnSum.Run;
            accelerator.LoadStreamKernel(kernel)(
                (Launch.Groups(columns, 16), 16), matrix.View, sums.View, new MatrixShape { Rows = rows, Columns = columns });
            Compare.Bits(sums.Read(), expected, $"{rows}×{columns}");
        }
        return true;
    });

    [EveryDevice]
    public void Row_sums_have_one_shape_for_every_group_size(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach ((int rows, int columns) in Shapes)
        {
            float[] values = inputs.Normal(rows * columns);
            var expected = Enumerable.Range(0, rows).Select(row => RowSum(values.AsSpan(row * columns, columns))).ToArray();
            foreach (int groupSize in (int[])[1, 8, 16, 64, 256])
            {
                using var matrix = new Guarded(accelerator, values);
                using var sums = new Guarded(accelerator, rows);
                var kernel = RowReduction.Run;
                accelerator.LoadStreamKernel(kernel)((rows, groupSize), matrix.View, sums.View,
                    new MatrixShape { Rows = rows, Columns = columns });
                Compare.Bits(sums.Read(), expected, $"{rows}×{columns}, groups of {groupSize}");
            }
        }
        return true;
    });

    /// <summary>Groups of 16 compute several terms side by side, those of 64 one after the other.</summary>
    [EveryDevice]
    public void Losses_have_the_same_bits_however_many_terms_are_side_by_side(TestDevice device) => device.Run(accelerator =>
    {
        SameForGroups<InRegisters<Bernoulli>>(accelerator);
        SameForGroups<InRegisters<StudentT>>(accelerator);
        SameForGroups<Categorical>(accelerator);
        SameForGroups<Mixture<GaussianComponent>>(accelerator);
        return true;
    });

    private static void SameForGroups<TLikelihood>(Accelerator accelerator) where TLikelihood : struct, IStreamedLikelihood
    {
        // More columns than partial sums, and some that are left.
        var shape = new ReconstructionShape { Rows = 1, Columns = 331 };
        var inputs = new Inputs();
        using var data = new Guarded(accelerator, inputs.Uniform(shape.Rows * shape.Columns));
        LikelihoodSettings told = TLikelihood.Description.Settings(new LikelihoodOptions { Classes = 5, Components = 3 });
        float[] outputs = inputs.Normal(shape.Rows * shape.Columns * TLikelihood.Outputs(told));
        using var control = accelerator.Allocate1D([new ControlBlock { LikelihoodWeight = 3 }]);
        using var settings = accelerator.Allocate1D([told]);
        (float[] Loss, float[] Alone, float[] Gradient) Run(int groupSize)
        {
            using var gradient = new Guarded(accelerator, outputs);
            using var loss = new Guarded(accelerator, shape.Rows);
            using var alone = new Guarded(accelerator, shape.Rows);
            var lossOnly = Reconstruction.Loss<TLikelihood>;
            var both = Reconstruction.LossAndGradient<TLikelihood>;
            accelerator.LoadStreamKernel(lossOnly)(
                (shape.Rows, groupSize), data.View, gradient.View, alone.View, settings.View, shape);
            accelerator.LoadStreamKernel(both)(
                (shape.Rows, groupSize), data.View, gradient.View, loss.View, control.View, settings.View, shape);
            return (loss.Read(), alone.Read(), gradient.Read());
        }
        var few = Run(64);
        foreach (int groupSize in (int[])[8, 16])
        {
            var many = Run(groupSize);
            string name = $"{typeof(TLikelihood).Name}, groups of {groupSize}";
            Compare.Bits(many.Loss, few.Loss, name);
            Compare.Bits(many.Alone, few.Alone, name);
            Compare.Bits(many.Gradient, few.Gradient, name);
        }
    }

    [EveryDevice]
    public void Transposing_moves_every_element(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach ((int rows, int columns) in ((int, int)[])[(1, 1), (31, 33), (32, 32), (65, 7), (5, 100)])
        {
            foreach (Index3D group in (Index3D[])[new(16, 1, 1), new(32, 4, 1)])
            {
                const int matrices = 3;
                float[] values = inputs.Normal(matrices * rows * columns);
                var shape = new MatrixShape { Rows = rows, Columns = columns };
                using var source = new Guarded(accelerator, values);
                using var target = new Guarded(accelerator, values.Length);
                var kernel = Transpose.Run;
                accelerator.LoadStreamKernel(kernel)(
                    new(Transpose.GridFor(shape, matrices), group), source.View, target.View, shape);
                float[] expected = [.. values.Chunk(rows * columns).SelectMany(matrix => MatMulTests.Turned(matrix, rows, columns))];
                Compare.Bits(target.Read(), expected, $"{rows}×{columns}");
            }
        }
        return true;
    });

    /// <summary>The sum that RowReduction's header describes.</summary>
    internal static float RowSum(ReadOnlySpan<float> row)
    {
        var partial = new float[RowReduction.Width];
        for (int i = 0; i < row.Length; i++)
            partial[i % RowReduction.Width] += row[i];
        for (int half = RowReduction.Width / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                partial[i] += partial[i + half];
        }
        return partial[0];
    }
}
