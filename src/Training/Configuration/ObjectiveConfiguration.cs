using VaeGpu.Layers;

namespace VaeGpu.Training.Configuration;

/// <summary>
/// What training minimises: <see cref="RecWeight"/>·E[−log p(x∣z)] + <see cref="KlWeight"/>·KL(q(z∣x) ∥ p(z)), or the importance-weighted
/// bound. Reports give both terms of the ELBO without weight, whatever is minimised.
/// </summary>
public sealed record ObjectiveConfiguration
{
    /// <summary>The bound.</summary>
    public Objective Bound { get; init; }

    /// <summary>Draws z of each example, L.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Nats of each latent dimension's KL that cost nothing.</summary>
    public double FreeBits { get; init; }

    /// <summary>The factor of the reconstruction term: the β of those who put it there.</summary>
    public double RecWeight { get; init; } = 1;

    /// <summary>The factor of the KL term: β of Higgins et al. 2017, or what a warm-up leads to.</summary>
    public double KlWeight { get; init; } = 1;

    /// <summary>Epochs over which the KL term's factor grows from 0; 0 for none.</summary>
    public double KlWarmup { get; init; }

    /// <summary>Epochs after which the warm-up begins again; 0 for never.</summary>
    public double KlCycle { get; init; }
}
