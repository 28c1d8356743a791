using VaeGpu.Kernels;

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

    /// <summary>Holds a result against the bound of Higham (2002, section 3.1): K·u·Σ∣aᵢₖbₖⱼ∣.</summary>
    /// <exception cref="InvalidOperationException">An element lies outside.</exception>
    public void Check(float[] result, string what)
    {
        for (int i = 0; i < result.Length; i++)
        {
            // Written so that NaN fails, too.
            if (!(Math.Abs(result[i] - exact[i]) <= depth * UnitRoundoff * magnitude[i]))
                throw new InvalidOperationException($"{what}: element {i} is {result[i]:R}, not {exact[i]:R}.");
        }
    }
}
