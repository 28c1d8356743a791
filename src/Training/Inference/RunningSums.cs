namespace VaeGpu.Training.Inference;

/// <summary>What <see cref="Importance.Accumulate"/> kept of one image: its log p(x), distortion and their error.</summary>
internal readonly ref struct RunningSums(ReadOnlySpan<float> sums, int samples)
{
    private readonly double largest = sums[0], sum = sums[1], squares = sums[2], loss = sums[3];
    private readonly int samples = samples;

    /// <summary>log (1/K)Σ p(x, z)/q(z∣x).</summary>
    public double LogLikelihood => largest + Math.Log(sum / samples);

    /// <summary>The mean of −log p(x∣z).</summary>
    public double Distortion => loss / samples;

    /// <summary>The delta method: Var(log w̄) ≈ Var(w)/(K·w̄²) = Σw²/(Σw)² − 1/K.</summary>
    public double Variance => Math.Max(0, squares / (sum * sum) - 1.0 / samples);

    /// <summary>The sums before the first draw, shape (rows, 4).</summary>
    public static float[] Started(int rows)
    {
        var all = new float[rows * Importance.RunningSums];
        for (var row = 0; row < rows; row++)
            all[row * Importance.RunningSums] = float.NegativeInfinity;
        return all;
    }
}
