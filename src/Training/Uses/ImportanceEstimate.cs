namespace VaeGpu.Training.Uses;

/// <summary>
/// The importance-sampled log p(x) of one example (Burda, Grosse and Salakhutdinov 2016): log 1/K Σ_k p(x∣z_k)·p(z_k)/q(z_k∣x) with
/// z_k drawn from q(z∣x), in a running log-sum-exp.
/// </summary>
public sealed class ImportanceEstimate
{
    private double largest = double.NegativeInfinity;
    private double sum;
    private double losses;
    private int count;

    /// <summary>
    /// Adds a draw z with −log p(x∣z) = <paramref name="loss"/>. log p(z) − log q(z∣x) = ½Σ(log σ² + (z − μ)²/σ² − z²); what stands
    /// before the exponentials of both densities cancels.
    /// </summary>
    public void Add(double loss, ReadOnlySpan<float> latent, ReadOnlySpan<float> means, ReadOnlySpan<float> logVariances)
    {
        double twice = 0;
        for (var i = 0; i < latent.Length; i++)
        {
            double distance = (double)latent[i] - means[i];
            twice += logVariances[i] + distance * distance * Math.Exp(-(double)logVariances[i]) - (double)latent[i] * latent[i];
        }
        Add(0.5 * twice - loss);
        losses += loss;
        count++;
    }

    /// <summary>The example's scores.</summary>
    public ExampleScore Score(double kl) => new(losses / count, kl, -(largest + Math.Log(sum / count)));

    private void Add(double logWeight)
    {
        if (logWeight > largest)
            (sum, largest) = (sum * Math.Exp(largest - logWeight) + 1, logWeight);
        else
            sum += Math.Exp(logWeight - largest);
    }
}
