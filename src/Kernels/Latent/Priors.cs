using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Kernels.Latent;

/// <summary>A prior's distribution of one latent dimension: N(Mean, e^LogVariance).</summary>
public struct PriorPoint
{
    /// <summary>μ_p.</summary>
    public float Mean;
    /// <summary>log σ_p².</summary>
    public float LogVariance;
    /// <summary>1/σ_p.</summary>
    public float InverseDeviation;

    /// <summary>(z − μ_p)/σ_p, cut off where its square is of no use any more: see <see cref="Bounds.Distance"/>.</summary>
    public static float Distance(PriorPoint prior, float z) => Bounds.Distance((z - prior.Mean) * prior.InverseDeviation);
}

/// <summary>A diagonal Gaussian prior. A network's output for it is (rows, Outputs·d): the means, then the log variances.</summary>
public interface IPrior
{
    /// <summary>Numbers from a network per latent dimension.</summary>
    static abstract int Outputs { get; }

    /// <summary>The distribution of a row's dimension.</summary>
    static abstract PriorPoint At(ArrayView<float> prior, int row, int column, int columns);

    /// <summary>Writes the gradient of the network's numbers, given that with respect to μ_p and log σ_p².</summary>
    static abstract void StoreGradient(
        ArrayView<float> prior, ArrayView<float> gradient, int row, int column, int columns, float mean, float logVariance);
}

/// <summary>N(0, I). Nothing is read.</summary>
public struct StandardPrior : IPrior
{
    public static int Outputs => 0;

    public static PriorPoint At(ArrayView<float> prior, int row, int column, int columns) => new() { InverseDeviation = 1f };

    public static void StoreGradient(
        ArrayView<float> prior, ArrayView<float> gradient, int row, int column, int columns, float mean, float logVariance)
    {
    }
}

/// <summary>N(μ(y), I): the prior of a conditional model whose mean is learned.</summary>
public struct MeanPrior : IPrior
{
    public static int Outputs => 1;

    public static PriorPoint At(ArrayView<float> prior, int row, int column, int columns) =>
        new() { Mean = prior[row * columns + column], InverseDeviation = 1f };

    public static void StoreGradient(
        ArrayView<float> prior, ArrayView<float> gradient, int row, int column, int columns, float mean, float logVariance) =>
        gradient[row * columns + column] = mean;
}

/// <summary>N(μ(y), σ²(y)): mean and variance are learned.</summary>
public struct GaussianPrior : IPrior
{
    public static int Outputs => 2;

    public static PriorPoint At(ArrayView<float> prior, int row, int column, int columns)
    {
        int start = row * (2 * columns) + column;
        float logVariance = Kernels.Latent.LogVariance.Clamp(prior[start + columns]);
        return new() { Mean = prior[start], LogVariance = logVariance, InverseDeviation = Exponential.Exp(-0.5f * logVariance) };
    }

    public static void StoreGradient(
        ArrayView<float> prior, ArrayView<float> gradient, int row, int column, int columns, float mean, float logVariance)
    {
        int start = row * (2 * columns) + column;
        gradient[start] = mean;
        gradient[start + columns] = Kernels.Latent.LogVariance.Gradient(prior[start + columns], logVariance);
    }
}
