using System.Text.Json.Serialization;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Papers;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Evaluation;

/// <summary>
/// What a model is worth on images it was not trained on: means over the images, in nats, without any weight. Of a loss that is no
/// likelihood there is no log p(x): what follows from that is null, and the distortion is the loss.
/// </summary>
public sealed record EvaluationReport
{
    public required int Images { get; init; }

    /// <summary>Draws z of each image, K.</summary>
    public required int ImportanceSamples { get; init; }

    /// <summary>−distortion − rate: a lower bound of log p(x).</summary>
    public required double? Elbo { get; init; }

    /// <summary>KL(q(z∣x) ∥ p(z)), by its formula.</summary>
    public required double Rate { get; init; }

    /// <summary>−E[log p(x∣z)], the mean over the draws.</summary>
    public required double Distortion { get; init; }

    /// <summary>log (1/K)Σ p(x, z)/q(z∣x): log p(x) by importance sampling.</summary>
    public required double? LogLikelihood { get; init; }

    /// <summary>Why <see cref="LogLikelihood"/> and the ELBO may not be log-likelihoods of the data; null without a doubt.</summary>
    public string? Caveat { get; init; }

    /// <summary>The standard error of <see cref="LogLikelihood"/> as an estimate for all images of the kind: deviation/√images.</summary>
    public required double? LogLikelihoodStderr { get; init; }

    /// <summary>The part of it that more draws would remove, to first order.</summary>
    public required double? ImportanceStderr { get; init; }

    /// <summary>How heavy the tail of the weights p(x, z)/q(z∣x) is: the median of Pareto's k̂ over images; null below 25 draws.</summary>
    public required double? ParetoK { get; init; }

    /// <summary>Images whose k̂ is above min(1 − 1/log₁₀K, 0.7): their log p(x) is not to be trusted (Vehtari et al. 2024).</summary>
    public required int? HeavyTails { get; init; }

    /// <summary>−ELBO/(D·ln 2), D the data dimensions.</summary>
    public required double? BitsPerDim { get; init; }

    /// <summary>Latent dimensions whose mean μ(x) has a variance above 0.01 over the images (Burda et al. 2016).</summary>
    public required int ActiveUnits { get; init; }

    /// <summary>
    /// How far the aggregate posterior, the mean of q(z∣x) over the images, lies from the prior: the sum over dimensions of the KL of the
    /// normal distribution with its mean and variance, both measured in the prior's own units.
    /// </summary>
    public required double AggregatePosteriorKl { get; init; }

    /// <summary>The rate of each latent dimension.</summary>
    public required IReadOnlyList<double> KlPerDimension { get; init; }
}

/// <summary>The JSON form of reports: names in snake_case.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(EvaluationReport))]
[JsonSerializable(typeof(AnomalySummary))]
[JsonSerializable(typeof(RunComparison))]
[JsonSerializable(typeof(PaperReport))]
[JsonSerializable(typeof(Dictionary<string, string>))]
public sealed partial class ReportJson : JsonSerializerContext;
