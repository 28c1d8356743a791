using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Tests.Exactness;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;

namespace VaeGpu.Bench.Models;

/// <summary>
/// MNIST's gray digits under a linear encoder and decoder with one learned variance, beside the closed optimum of
/// <see cref="ProbabilisticPca"/>; and log p(x) by importance sampling beside its closed form at what was learned.
/// </summary>
internal static class PpcaFigures
{
    private const int Scored = 500, ImportanceSamples = 2000;

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        if (TrainedModel.Mnist(out string reason) is not { } data)
        {
            yield return new("probabilistic PCA", "–", "–") { Note = reason };
            yield break;
        }
        BenchDevice device = devices.Last(candidate => candidate.IsCpu);
        double[] eigenvalues = SymmetricEigenvalues.Of(ProbabilisticPca.Covariance(data.Train));
        foreach (int latent in (int[])[2, 20])
        {
            var model = new ModelConfiguration
            {
                Width = 28, Height = 28, Hidden = [], Latent = latent, Likelihood = Likelihood.GaussianShared,
                LikelihoodOptions = new() { Scale = 0.2 },
            };
            var training = new TrainingConfiguration
            {
                Epochs = 40, LearningRate = 1e-2, Optimizer = new() { Schedule = LearningRateSchedule.Cosine },
            };
            // What is held out says nothing here: the optimum is that of the digits trained on.
            TrainedModel trained = TrainedModel.Train(device, model, training, data with { Test = data.Test.Select([0]) });
            foreach (Figure figure in Compare(device, data.Train, trained, ProbabilisticPca.BestLogLikelihood(eigenvalues, latent)))
                yield return figure;
        }
    }

    private static IEnumerable<Figure> Compare(BenchDevice device, ExampleSet digits, TrainedModel trained, double best)
    {
        string size = $"784-{trained.Configuration.Latent}, linear";
        var evaluator = new Evaluator(device.Accelerator, trained.Configuration, trained.Parameters);
        double elbo = evaluator.Evaluate(digits, 5, 1, null, default).Elbo!.Value;
        yield return new("ELBO, 60,000 digits trained on, 40 epochs", device.Name, size)
        {
            Value = Quantity.Once(elbo, "nats"), Beside = new("closed optimum", Quantity.Once(best, "nats"), null),
            Note = FormattableString.Invariant($"{best - elbo:0.00} nats short, after {trained.Seconds:0} s of training"),
        };
        ExampleSet some = digits.Select([.. Enumerable.Range(0, Scored)]);
        EvaluationReport report = evaluator.Evaluate(some, ImportanceSamples, 1, null, default);
        double exact = ProbabilisticPca.Of(device.Accelerator, trained.Configuration, trained.Parameters).LogLikelihood(some);
        yield return new($"log p(x), {Scored} digits, {ImportanceSamples:N0} draws each", device.Name, size)
        {
            Value = Quantity.Once(report.LogLikelihood!.Value, "nats"), Beside = new("closed form", Quantity.Once(exact, "nats"), null),
            Note = FormattableString.Invariant(
                $"± {report.ImportanceStderr:0.0000} nats; {report.LogLikelihood - exact:0.0000} nats from the closed form"),
        };
    }
}
