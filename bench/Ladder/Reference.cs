using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>The product in float64, and how far a sum of floats may lie from it.</summary>
internal sealed class Reference
{
    private const double UnitRoundoff = 1.0 / (1 << 24);
    private readonly double[] exact, magnitude;
    private readonly int depth;

    public Reference(float[] left, float[] right, MatMulShape shape)
    {
        depth = shape.Depth;
        exact = new double[shape.Rows * shape.Columns];
        magnitude = new double[exact.Length];
        Parallel.For(0, shape.Rows, row =>
        {
            for (int k = 0; k < shape.Depth; k++)
            {
                double factor = left[row * shape.Depth + k];
                for (int column = 0; column < shape.Columns; column++)
                {
                    double term = factor * right[k * shape.Columns + column];
                    exact[row * shape.Columns + column] += term;
                    magnitude[row * shape.Columns + column] += Math.Abs(term);
                }
            }
        });
    }

    /// <summary>
    /// Holds a result against the bound of Higham (2002, section 3.1) and gives its relative error in the Frobenius norm,
    /// ‖C − A·B‖ / ‖A·B‖. In fp32 the bound is K·u·Σ∣aᵢₖbₖⱼ∣; rounded factors add two of their own roundings, and tensor cores may cut sums
    /// off where fp32 rounds them, which doubles u.
    /// </summary>
    /// <exception cref="InvalidOperationException">An element lies outside.</exception>
    public double Check(float[] result, Precision precision, string what)
    {
        double bound = precision switch
        {
            Precision.Tf32 => 2 * depth * UnitRoundoff + 2.0 / (1 << 11),
            Precision.Bf16 => 2 * depth * UnitRoundoff + 2.0 / (1 << 8),
            _ => depth * UnitRoundoff,
        };
        double squares = 0, norm = 0;
        for (int i = 0; i < result.Length; i++)
        {
            double error = result[i] - exact[i];
            // Written so that NaN fails, too.
            if (!(Math.Abs(error) <= bound * magnitude[i]))
                throw new InvalidOperationException($"{what}: element {i} is {result[i]:R}, not {exact[i]:R}.");
            squares += error * error;
            norm += exact[i] * exact[i];
        }
        return Math.Sqrt(squares / norm);
    }
}
