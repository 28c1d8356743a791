using VaeGpu.Training.Inference;

namespace VaeGpu.Training.Evaluation;

/// <summary>log p(x) of each image from the sums that <see cref="Importance.Accumulate"/> keeps, and its mean with its errors.</summary>
/// <param name="samples">Draws of each image, K.</param>
internal sealed class LikelihoodStatistics(int samples)
{
    private readonly List<double> logs = [];
    private readonly List<double> shapes = [];
    private double loss, importanceVariance;

    /// <summary>Adds a batch's sums, (rows, 4), and k̂ of its rows' weights, if there are enough draws for it.</summary>
    public void Add(ReadOnlySpan<float> running, ReadOnlySpan<double> tails)
    {
        shapes.AddRange(tails);
        for (; !running.IsEmpty; running = running[Importance.RunningSums..])
        {
            var one = new RunningSums(running, samples);
            logs.Add(one.LogLikelihood);
            importanceVariance += one.Variance;
            loss += one.Distortion;
        }
    }

    /// <summary>The mean of −log p(x∣z).</summary>
    public double Distortion => loss / logs.Count;

    /// <summary>The mean of log p(x).</summary>
    public double Mean => logs.Average();

    /// <inheritdoc cref="EvaluationReport.ParetoK"/>
    public double? ParetoK => shapes.Count > 0 ? shapes.Order().ElementAt(shapes.Count / 2) : null;

    /// <inheritdoc cref="EvaluationReport.HeavyTails"/>
    public int? HeavyTails => shapes.Count > 0 ? shapes.Count(shape => shape > WeightTail.Limit(samples)) : null;

    /// <inheritdoc cref="EvaluationReport.LogLikelihoodStderr"/>
    public double Stderr
    {
        get
        {
            var mean = Mean;
            return logs.Count < 2 ? 0 : Math.Sqrt(logs.Sum(log => (log - mean) * (log - mean)) / (logs.Count - 1) / logs.Count);
        }
    }

    /// <inheritdoc cref="EvaluationReport.ImportanceStderr"/>
    public double ImportanceStderr => Math.Sqrt(importanceVariance) / logs.Count;
}
