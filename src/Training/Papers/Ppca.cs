using VaeGpu.Kernels.Schedules;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;

namespace VaeGpu.Training.Papers;

/// <summary>
/// A linear VAE with one learned variance beside probabilistic PCA: its ELBO has the same optimum, which is known in closed form, and so
/// is log p(x) at whatever was learned.
/// </summary>
internal sealed class Ppca() : Paper("ppca")
{
    private const int Scored = 500, Draws = 2000;

    public override string Title => "a linear VAE on MNIST beside the closed form of probabilistic PCA";

    public override string Source => "Lucas, Tucker, Grosse and Norouzi 2019, \"Don't Blame the ELBO!\": the ELBO of a linear VAE "
        + "has the optimum of probabilistic PCA. Tipping and Bishop 1999, equations 3.8 and 3.9: that optimum, computed here from the "
        + "eigenvalues of the data's covariance in double precision.";

    public override IReadOnlyList<string> Differences =>
    [
        "The reference is not a printed figure but the closed form for the same digits.",
        "2 and 20 latent dimensions, gray levels from 0 to 1.",
    ];

    public override string Tolerance =>
        "ELBO: 0.2 and 0.5 nats, what 40 epochs leave; σ²: 1 %; log p(x) of 500 digits by importance sampling: 0.01 nats";

    public override string Time => "1 minute";

    private protected override IEnumerable<PaperFigure> Measure(Reproduction work)
    {
        ExampleSet digits = work.Data.Train;
        work.Say($"eigenvalues of the covariance of {digits.Count:N0} images");
        double[] eigenvalues = SymmetricEigenvalues.Of(ProbabilisticPca.Covariance(digits));
        foreach (var (latent, tolerance) in ((int, double)[])[(2, 0.2), (20, 0.5)])
        {
            foreach (PaperFigure figure in Compare(work, eigenvalues, latent, tolerance))
                yield return figure;
        }
    }

    private static PaperFigure[] Compare(Reproduction work, double[] eigenvalues, int latent, double tolerance)
    {
        var configuration = new ModelConfiguration
        {
            Width = 28, Height = 28, Hidden = [], Latent = latent, Likelihood = Likelihood.GaussianShared,
            LikelihoodOptions = new() { Scale = 0.2 },
        };
        PaperModel trained = work.Train(FormattableString.Invariant($"linear-{latent}"), configuration, new TrainingConfiguration
        {
            Epochs = 40, LearningRate = 1e-2, Optimizer = new() { Schedule = LearningRateSchedule.Cosine },
        });
        work.Say($"evaluating");
        ExampleSet digits = work.Data.Train, some = digits.Select([.. Enumerable.Range(0, Math.Min(Scored, digits.Count))]);
        double elbo = trained.Evaluate(digits, 5).Elbo!.Value;
        EvaluationReport scored = trained.Evaluate(some, Draws);
        var model = ProbabilisticPca.Of(work.Accelerator, trained.Configuration, trained.Parameters);
        double variance = ProbabilisticPca.BestVariance(eigenvalues, latent);
        string which = FormattableString.Invariant($"{latent} latents");
        return
        [
            new($"ELBO, {which}", elbo, ProbabilisticPca.BestLogLikelihood(eigenvalues, latent)) { Tolerance = tolerance },
            new($"σ², {which}", model.Variance, variance, "") { Tolerance = variance / 100 },
            new($"log p(x), {which}", scored.LogLikelihood!.Value, model.LogLikelihood(some)) { Tolerance = 0.01 },
        ];
    }
}
