using VaeGpu.Training.Evaluation;

namespace VaeGpu.Training.Inference;

/// <summary>Sums over the images of what q(z∣x) and the prior say of each latent dimension, in double precision.</summary>
/// <param name="dimensions">d.</param>
internal sealed class LatentStatistics(int dimensions)
{
    private const double ActiveVariance = 0.01;
    private readonly double[] kl = new double[dimensions], mean = new double[dimensions], squaredMean = new double[dimensions];
    private readonly double[] place = new double[dimensions], squaredPlace = new double[dimensions], spread = new double[dimensions];
    private int count;

    /// <summary>Adds one image's [μ | logσ²], and the prior's as <see cref="Kernels.Latent.IPrior"/> has it: 0, d or 2d numbers.</summary>
    public void Add(ReadOnlySpan<float> encoded, ReadOnlySpan<float> prior)
    {
        count++;
        for (var i = 0; i < dimensions; i++)
        {
            double center = prior.IsEmpty ? 0 : prior[i];
            var priorLog = prior.Length > dimensions ? Clamp(prior[dimensions + i]) : 0;
            var log = Clamp(encoded[dimensions + i]);
            var distance = (encoded[i] - center) * Math.Exp(-priorLog / 2);
            var ratio = Math.Exp(log - priorLog);
            kl[i] += (distance * distance + ratio - 1 - (log - priorLog)) / 2;
            mean[i] += encoded[i];
            squaredMean[i] += (double)encoded[i] * encoded[i];
            place[i] += distance;
            squaredPlace[i] += distance * distance;
            spread[i] += ratio;
        }
    }

    /// <summary>Adds the same of several images, one below the other.</summary>
    public void Add(ReadOnlySpan<float> encoded, ReadOnlySpan<float> prior, int rows)
    {
        int width = prior.Length / rows;
        for (var row = 0; row < rows; row++)
            Add(encoded.Slice(row * 2 * dimensions, 2 * dimensions), prior.Slice(row * width, width));
    }

    /// <summary>The mean KL of each dimension.</summary>
    public double[] Kl => Array.ConvertAll(kl, sum => sum / count);

    /// <inheritdoc cref="EvaluationReport.ActiveUnits"/>
    public int ActiveUnits => Enumerable.Range(0, dimensions)
        .Count(i => squaredMean[i] / count - mean[i] / count * (mean[i] / count) > ActiveVariance);

    /// <inheritdoc cref="EvaluationReport.AggregatePosteriorKl"/>
    public double AggregateKl => Enumerable.Range(0, dimensions).Sum(i =>
    {
        var center = place[i] / count;
        var variance = squaredPlace[i] / count - center * center + spread[i] / count;
        return (center * center + variance - 1 - Math.Log(variance)) / 2;
    });

    /// <summary>The kernels' clamp of a logarithm of a variance.</summary>
    private static double Clamp(float value) => Kernels.Latent.LogVariance.Clamp(value);
}
