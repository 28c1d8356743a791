using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Inference;

namespace VaeGpu.Training.Papers;

/// <summary>
/// Probabilistic PCA (Tipping and Bishop 1999) in double precision: x = Wᵀz + b + σε with z ~ N(0, I), W of shape (d, D). Its posterior is
/// normal, so that a linear variational autoencoder with one learned variance has the same optimum, ELBO and all (Lucas, Tucker, Grosse
/// and Norouzi 2019).
/// </summary>
/// <param name="weight">W, row-major.</param>
/// <param name="bias">b.</param>
/// <param name="variance">σ².</param>
internal sealed class ProbabilisticPca(double[] weight, double[] bias, double variance)
{
    private readonly int latent = weight.Length / bias.Length;
    private readonly double[] factor = Cholesky(weight, bias.Length, variance);

    /// <summary>σ².</summary>
    public double Variance => variance;

    /// <summary>
    /// What a decoder without hidden layers has learned: its bias is what it makes of z = 0, a row of W what z = eᵢ adds to that.
    /// </summary>
    public static ProbabilisticPca Of(Accelerator accelerator, ModelConfiguration model, float[] parameters)
    {
        using var generation = new Generation(accelerator, model, parameters);
        int d = model.Latent;
        float[] latent = new float[(d + 1) * d];
        for (int i = 0; i < d; i++)
            latent[(i + 1) * d + i] = 1;
        double[] means = Array.ConvertAll(generation.Decode(latent, default), value => (double)value);
        double[] bias = means[..model.DataDimensions];
        double[] weight = [.. means[model.DataDimensions..].Select((value, i) => value - bias[i % bias.Length])];
        // The parameter log σ² − log σ₀² stands last, padded to 16 numbers.
        return new ProbabilisticPca(weight, bias, Math.Pow(model.LikelihoodOptions.Scale, 2) * Math.Exp(parameters[^16]));
    }

    /// <summary>
    /// The mean of log p(x) at the best W, b and σ² of <paramref name="latent"/> dimensions, from the <paramref name="eigenvalues"/> of the
    /// data's covariance.
    /// </summary>
    /// <remarks>
    /// (3.8) and (3.9) of the paper: with λ the eigenvalues of the data's covariance, σ² = the mean of those beyond the first d and
    /// log p = −½(D·log 2π + Σ log λᵢ + (D − d)·log σ² + D), the sum over the first d.
    /// </remarks>
    public static double BestLogLikelihood(double[] eigenvalues, int latent)
    {
        int rest = eigenvalues.Length - latent;
        double logDeterminant = eigenvalues.Take(latent).Sum(Math.Log) + rest * Math.Log(BestVariance(eigenvalues, latent));
        return -0.5 * (eigenvalues.Length * (Math.Log(2 * Math.PI) + 1) + logDeterminant);
    }

    /// <summary>σ² of the same.</summary>
    public static double BestVariance(double[] eigenvalues, int latent) => eigenvalues.Skip(latent).Average();

    /// <summary>The covariance of the images' values, divided by their number, shape (D, D).</summary>
    public static double[][] Covariance(ExampleSet images)
    {
        int size = images.Format.Size;
        double[] sum = new double[size];
        double[][] products = [.. Enumerable.Range(0, size).Select(_ => new double[size])];
        int[] lit = new int[size];
        foreach (double[] x in Rows(images))
        {
            // Four fifths of a digit are black.
            int count = 0;
            for (int i = 0; i < size; i++)
            {
                if (x[i] != 0)
                    lit[count++] = i;
            }
            for (int a = 0; a < count; a++)
            {
                int i = lit[a];
                double[] row = products[i];
                sum[i] += x[i];
                for (int b = 0; b <= a; b++)
                    row[lit[b]] += x[i] * x[lit[b]];
            }
        }
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
                products[i][j] = products[j][i] = products[i][j] / images.Count - sum[i] / images.Count * (sum[j] / images.Count);
        }
        return products;
    }

    /// <summary>The mean of log N(x; b, WᵀW + σ²I) over <paramref name="images"/>.</summary>
    public double LogLikelihood(ExampleSet images) => Rows(images).Average(LogLikelihood);

    /// <summary>
    /// log N(x; b, WᵀW + σ²I). With M = WWᵀ + σ²I, r = x − b and y = Wr (Woodbury): the quadratic form is (r·r − y·M⁻¹y)/σ², the
    /// determinant σ^2(D−d)·∣M∣.
    /// </summary>
    public double LogLikelihood(double[] x)
    {
        int size = bias.Length;
        double square = 0, solvedSquare = 0, logDeterminant = (size - latent) * Math.Log(variance);
        for (int j = 0; j < size; j++)
            square += (x[j] - bias[j]) * (x[j] - bias[j]);
        double[] solved = new double[latent];
        for (int i = 0; i < latent; i++)
        {
            double y = 0;
            for (int j = 0; j < size; j++)
                y += weight[i * size + j] * (x[j] - bias[j]);
            for (int k = 0; k < i; k++)
                y -= factor[i * latent + k] * solved[k];
            solved[i] = y / factor[i * latent + i];
            solvedSquare += solved[i] * solved[i];
            logDeterminant += 2 * Math.Log(factor[i * latent + i]);
        }
        return -0.5 * (size * Math.Log(2 * Math.PI) + logDeterminant + (square - solvedSquare) / variance);
    }

    private static IEnumerable<double[]> Rows(ExampleSet images)
    {
        float[] values = new float[images.Format.Size];
        for (int i = 0; i < images.Count; i++)
        {
            images.CopyTo(i, values);
            yield return Array.ConvertAll(values, value => (double)value);
        }
    }

    /// <summary>The lower triangle L of LLᵀ = WWᵀ + σ²I.</summary>
    private static double[] Cholesky(double[] weight, int size, double variance)
    {
        int d = weight.Length / size;
        double[] factor = new double[d * d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double rest = i == j ? variance : 0;
                for (int k = 0; k < size; k++)
                    rest += weight[i * size + k] * weight[j * size + k];
                for (int k = 0; k < j; k++)
                    rest -= factor[i * d + k] * factor[j * d + k];
                factor[i * d + j] = i == j ? Math.Sqrt(rest) : rest / factor[j * d + j];
            }
        }
        return factor;
    }
}
