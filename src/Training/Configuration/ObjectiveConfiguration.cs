using System.Text.Json.Serialization;

namespace VaeGpu.Training.Configuration;

/// <summary>
/// What training minimizes: <see cref="RecWeight"/>·E[−log p(x∣z)] + <see cref="KlWeight"/>·KL(q(z∣x) ∥ p(z)), or the importance-weighted
/// bound. Reports give both terms of the ELBO without weight, whatever is minimized.
/// </summary>
public sealed record ObjectiveConfiguration
{
    /// <summary>The bound.</summary>
    [Setting("objective", "bound", "What is minimized")]
    public Objective Bound { get; init; } = Objective.Elbo;

    /// <summary>Whether the reported loss is minimized: the ELBO with factors of 1; warm-up and free bits do not count.</summary>
    [JsonIgnore]
    public bool IsLoss => !Bound.WeighsDraws && RecWeight == 1 && KlWeight == 1;

    /// <summary>Draws z of each example, L.</summary>
    [Setting("samples", "n", "Draws of the latent vector for each image in a step", Least = 1, Most = 4096)]
    public int Samples { get; init; } = 1;

    /// <summary>The factor of the reconstruction term: the β of those who put it there.</summary>
    [Setting("rec-weight", "factor", "Factor of the reconstruction term; reported losses do not include it")]
    public double RecWeight { get; init; } = 1;

    /// <summary>The factor of the KL term: β of Higgins et al. 2017, or what a warm-up leads to.</summary>
    [Setting("kl-weight", "factor", "Factor of the KL term (β of the β-VAE); reported losses do not include it")]
    public double KlWeight { get; init; } = 1;

    /// <summary>Epochs over which the KL term's factor grows from 0; 0 for none.</summary>
    [Setting("kl-warmup", "epochs", "Epochs, which may be a fraction, over which the factor of the KL term grows from 0")]
    public double KlWarmup { get; init; }

    /// <summary>Epochs after which the warm-up begins again; 0 for never.</summary>
    [Setting("kl-cycle", "epochs", "Epochs after which --kl-warmup starts again; 0 for never")]
    public double KlCycle { get; init; }

    /// <summary>Nats of each latent dimension's KL that cost nothing.</summary>
    [Setting(
        "free-bits", "nats", "Free bits: nats of the KL term of each latent dimension, averaged over the batch, that are not penalized")]
    public double FreeBits { get; init; }

    /// <summary>The bound of each row with the full factors of its terms, where <see cref="Bound"/> weighs draws.</summary>
    internal ArrayView<float> BoundOf(Vae vae, StepContext step) => vae.Bound(step, (float)RecWeight, (float)KlWeight);
}
