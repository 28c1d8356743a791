namespace VaeGpu.Training.Inference;

/// <summary>How strange an example is to a model, in nats: the larger, the stranger.</summary>
/// <param name="Reconstruction">E[−log p(x∣z)] over q(z∣x).</param>
/// <param name="Kl">KL(q(z∣x) ‖ N(0, I)).</param>
/// <param name="NegativeLogLikelihood">−log p(x), importance-sampled: at most −ELBO on average, and nearer with more draws.</param>
public readonly record struct ExampleScore(double Reconstruction, double Kl, double NegativeLogLikelihood)
{
    /// <summary>−ELBO = reconstruction + KL.</summary>
    public double NegativeElbo => Reconstruction + Kl;
}
