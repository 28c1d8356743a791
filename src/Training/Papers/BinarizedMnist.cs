using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;

namespace VaeGpu.Training.Papers;

/// <summary>log p(x) of a VAE and of importance-weighted autoencoders of one stochastic layer on MNIST, drawn black and white.</summary>
internal sealed class BinarizedMnist() : Paper("binarized-mnist")
{
    /// <summary>Passes of the eight stages of the learning rate, and of its first three: Σ3ⁱ.</summary>
    private const int AllPasses = 3280, FewPasses = 13;

    /// <summary>Table 1 of the paper, one stochastic layer: −log p(x) in nats, active units.</summary>
    private static readonly (string Name, Objective Bound, int Draws, double Published, int Units)[] Models =
    [
        ("vae", Objective.Elbo, 1, 86.76, 19), ("iwae-5", Objective.Iwae, 5, 85.54, 22), ("iwae-50", Objective.Iwae, 50, 84.78, 25),
    ];

    public override string Title => "log p(x) of a VAE and of IWAEs on binarized MNIST";

    public override string Source => "Burda, Grosse and Salakhutdinov 2016, \"Importance Weighted Autoencoders\", table 1, one stochastic "
        + "layer: VAE with k = 1, IWAE with k = 5 and k = 50";

    public override IReadOnlyList<string> Differences =>
    [
        "The held-out digits are drawn black and white once, by the seed.",
        "Short form: the first 3 of 8 stages of the learning rate, 13 of 3,280 passes, and k up to 5; −log p(x) by 200 draws for each "
            + "digit instead of 5,000.",
    ];

    public override string Tolerance =>
        "full form: 0.5 nats; short form: there is no published figure after 13 passes, so that only the trend is "
        + "compared: log p(x) of the IWAE is higher";

    public override string Time => "3 minutes; the full form days, or hours on a GPU";

    public override string Full => "all 3,280 passes, k = 50 as well, and 5,000 draws for each digit";

    public override Binarization Binarization => Binarization.Dynamic;

    private protected override IEnumerable<PaperFigure> Measure(Reproduction work)
    {
        var measured = new List<double>();
        foreach (var (name, bound, draws, published, units) in work.IsFull ? Models : Models[..^1])
        {
            PaperModel trained = work.Train(
                name,
                new()
                {
                    Width = 28, Height = 28, Hidden = [200, 200], Latent = 50, Activation = Activation.Tanh,
                    Initialization = Initialization.GlorotUniform,
                },
                Training(bound, draws, work.IsFull ? AllPasses : FewPasses));
            work.Say($"evaluating");
            EvaluationReport report = trained.Evaluate(work.Data.Test, work.IsFull ? 5000 : 200);
            measured.Add(-report.LogLikelihood!.Value);
            yield return new($"−log p(x), {name}", measured[^1], published) { Tolerance = work.IsFull ? 0.5 : null };
            yield return new($"active units, {name}", report.ActiveUnits, units, "");
        }
        yield return new("log p(x), iwae-5 above vae", measured[0] - measured[1], Models[0].Published - Models[1].Published) { Least = 0 };
    }

    /// <summary>
    /// Section 5 of the paper: batches of 20, ε = 10⁻⁴, and 3ⁱ passes at the learning rate 10^(−3 − i/7) for i from 0 to 7.
    /// </summary>
    private static TrainingConfiguration Training(Objective bound, int draws, int passes) => new()
    {
        Batch = 20,
        Epochs = passes,
        Objective = new() { Bound = bound, Samples = draws },
        Optimizer = new()
        {
            Epsilon = 1e-4, Schedule = LearningRateSchedule.TriplingSteps, Drop = Math.Pow(10, -1.0 / 7), DropEvery = 1,
        },
    };
}
