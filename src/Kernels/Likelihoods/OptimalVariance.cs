using VaeGpu.Kernels.Latent;

namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// The variance of <see cref="Gaussian"/> that fits a batch best: σ² = the mean of (x − μ)² over rows and dimensions (Rybkin,
/// Daniilidis and Levine 2021).
/// </summary>
/// <remarks>
/// <para>Mathematics: the batch's loss ½Σ(x − μ)²/σ² + ½N·log(2πσ²) is least at that σ², so its derivative with respect to σ²
/// is 0 there and the gradient of the whole, σ² following μ, is the one through μ alone: what <see cref="Gaussian"/> computes.
/// Within the bounds of log σ², that is; beyond them σ² is a constant and the same holds.</para>
/// <para>log σ² − log σ₀² is kept in a parameter that has no gradient, so that evaluation, samples and checkpoints know the σ of
/// the last step: a distribution fixed before it sees the data that it is measured on.</para>
/// <para>Layouts, row-major: data and outputs (rows, D); errors (rows). SquaredErrors: group i has row i. Fit: one group. Both
/// with the order, the 1024 shared bytes and the barriers of <see cref="RowReduction"/>. Tests: LikelihoodTests.</para>
/// </remarks>
public static class OptimalVariance
{
    /// <summary>errors[i] = Σⱼ (x − μ)².</summary>
    public static void SquaredErrors(ArrayView<float> data, ArrayView<float> outputs, ArrayView<float> errors, ReconstructionShape shape)
    {
        float total = RowReduction.Sum(
            new SquaredError
            {
                Data = data,
                Outputs = outputs,
                Row = Grid.IdxX,
                DataRow = ReconstructionShape.DataRow(Grid.IdxX, shape.Repeats),
                Shape = shape,
            },
            shape.Columns);
        if (Group.IdxX == 0)
            errors[Grid.IdxX] = total;
    }

    /// <summary>
    /// Writes the settings that fit the batch, and the parameter that they follow from. A batch of shards has one row of errors for each.
    /// </summary>
    public static void Fit(
        ArrayView<float> errors, ArrayView<float> parameter, ArrayView<LikelihoodSettings> settings, ReconstructionShape shape, float start)
    {
        float total = RowReduction.Sum(new RowOf { Values = errors }, shape.Rows);
        if (Group.IdxX == 0)
        {
            // log 0 = −∞ is cut off at the bound.
            float logVariance = LogVariance.Clamp(Logarithm.Log(total / Shard.OrRows(shape.BatchRows, shape.Rows) / shape.Columns));
            settings[0] = SharedVariance.Settings(logVariance);
            parameter[0] = logVariance - start;
        }
    }

    private struct SquaredError : IRowTerm
    {
        public ArrayView<float> Data, Outputs;
        public ReconstructionShape Shape;
        public int Row, DataRow;

        public readonly float AddTo(float sum, int column)
        {
            float x = Data[DataRow * (Shape.Columns + Shape.OtherColumns) + column];
            float mean = Outputs[Row * (Shape.Columns + Shape.OtherOutputs) + column];
            float distance = Bounds.Distance(x - mean);
            return MathF.FusedMultiplyAdd(distance, distance, sum);
        }
    }
}
