using VaeGpu.Training.Data;

namespace VaeGpu.Training.Inference;

/// <summary>
/// Where a model puts examples: the mean of q(z∣x) of each, in units in which the prior is N(0, I), and the KL of each latent dimension.
/// It is done in parts, so that others can use the model in between.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="examples">The examples, with labels where the model is conditional.</param>
public sealed class PosteriorSurvey(Generation model, ExampleSet examples)
{
    private const int Part = 128;
    private readonly float[] units = new float[checked(examples.Count * model.Latent)];
    private readonly double[] kl = new double[model.Latent];
    private int done;

    /// <summary>Latent dimensions d.</summary>
    public int Latent => model.Latent;

    /// <summary>The means, shape (count, d).</summary>
    public ReadOnlySpan<float> Units => units;

    /// <summary>KL(q(z∣x) ∥ p(z)) of each dimension, the mean over the examples, in nats.</summary>
    public IReadOnlyList<double> Kl => kl;

    /// <summary>The dimensions, that of the largest KL first.</summary>
    public IReadOnlyList<int> Order => [.. Enumerable.Range(0, Latent).OrderByDescending(dimension => kl[dimension])];

    /// <summary>Encodes the next examples.</summary>
    /// <returns>Whether there are more.</returns>
    /// <exception cref="RunException">The examples are not of the model's size.</exception>
    public bool Continue(CancellationToken stop)
    {
        int rows = Math.Min(Part, examples.Count - done);
        if (rows > 0)
        {
            ExampleSet part = examples.Select([.. Enumerable.Range(done, rows)]);
            model.ToPriorUnits(model.Encode(part, stop).Means, part.Labels, stop).CopyTo(units, done * Latent);
            double[] divergences = model.DivergencePerDimension(part, stop);
            for (var i = 0; i < Latent; i++)
                kl[i] += divergences[i] * rows / examples.Count;
            done += rows;
        }
        return done < examples.Count;
    }
}
