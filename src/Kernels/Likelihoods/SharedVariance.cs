using VaeGpu.Kernels.Latent;

namespace VaeGpu.Kernels.Likelihoods;

/// <summary>One variance for all dimensions, learned with the network: θ of <see cref="Gaussian"/>'s log σ² = log σ₀² + θ.</summary>
/// <remarks>
/// <para>Mathematics: with C = ½log(2πσ²) the loss of row i is Lᵢ = Σⱼ ½t² + D·C, and ∂Lᵢ/∂θ = Σⱼ ½(1 − t²) = ½D + D·C − Lᵢ: the
/// gradient costs no second pass over the data, only a sum over the rows' losses. It is 0 where log σ² lies beyond its bounds.
/// σ₀ is where training starts.</para>
/// <para>Layouts: parameter and its gradient (1), settings (1), loss (rows). Prepare is one thread; Gradient is one group with
/// the order, the 1024 shared bytes and the barriers of <see cref="RowReduction"/>. Tests: LikelihoodTests.</para>
/// </remarks>
public static class SharedVariance
{
    /// <summary>Writes the settings that follow from the parameter; launched before the likelihood, with one thread.</summary>
    public static void Prepare(ArrayView<float> parameter, ArrayView<LikelihoodSettings> settings, float start) =>
        settings[0] = Settings(LogVariance.Clamp(start + parameter[0]));

    /// <summary>The parameter's gradient, from the losses of the rows; launched after the likelihood, with one group.</summary>
    public static void Gradient(
        ArrayView<float> loss, ArrayView<float> parameter, ArrayView<LikelihoodSettings> settings, ArrayView<float> gradient,
        ArrayView<ControlBlock> control, ReconstructionShape shape, float start)
    {
        float level = shape.Columns * (0.5f + settings[0].Constant);
        float total = RowReduction.Sum(new Shortfall { Level = level, Loss = loss }, shape.Rows);
        float logVariance = start + parameter[0];
        if (Group.IdxX == 0)
            gradient[0] = LogVariance.Gradient(
                logVariance, control[0].LikelihoodWeight / Shard.OrRows(shape.BatchRows, shape.Rows) * total);
    }

    /// <summary>The settings of <see cref="Gaussian"/> for a log σ².</summary>
    public static LikelihoodSettings Settings(float logVariance) => new()
    {
        Scale = Exponential.Exp(0.5f * logVariance),
        Constant = MathF.FusedMultiplyAdd(0.5f, logVariance, Gaussian.HalfLogTwoPi),
    };

    private struct Shortfall : IRowTerm
    {
        public float Level;
        public ArrayView<float> Loss;

        public readonly float AddTo(float sum, int column) => sum + (Level - Loss[column]);
    }
}
