using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Kernels.Step;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Papers;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Exactness;

/// <summary>A linear encoder and decoder with one learned variance, whose optimum is known: <see cref="ProbabilisticPca"/>.</summary>
public sealed class LinearModelTests
{
    private const int Side = 7;
    private readonly ImageSet digits = Shrunk(StrokeDigits.Generate(4000, seed: 11, threads: 1));

    [TestCase(2)]
    [TestCase(6)]
    public void Training_reaches_the_closed_optimum_and_log_p_by_importance_is_the_closed_one_of_what_was_learned(int latent)
    {
        using var backend = Backend.Open("cpu", 1);
        var configuration = Configuration(latent);
        using var trainer = new Trainer(backend.Accelerator, configuration, new DataSplit("small digits", digits, digits));
        TinyRun.Finish(trainer);
        var learned = trainer.Snapshot().Parameters;
        double[] eigenvalues = SymmetricEigenvalues.Of(ProbabilisticPca.Covariance(digits));
        double best = ProbabilisticPca.BestLogLikelihood(eigenvalues, latent);
        var model = ProbabilisticPca.Of(backend.Accelerator, configuration.Model, learned);
        var evaluator = new Evaluator(backend.Accelerator, configuration.Model, learned);
        double elbo = evaluator.Evaluate(digits, 20, 1, null, default).Elbo!.Value;
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"{latent} latents: ELBO {elbo:0.000}, the closed optimum {best:0.000} nats."));
        Assert.Multiple(() =>
        {
            Assert.That(elbo, Is.InRange(best - 0.1, best + 0.02));
            Assert.That(model.Variance, Is.EqualTo(ProbabilisticPca.BestVariance(eigenvalues, latent)).Within(1).Percent);
            CheckImportance(evaluator, model);
        });
    }

    [Test]
    public void Eigenvalues_are_those_that_a_matrix_was_made_of()
    {
        double[] eigenvalues = [7, 3, 3, 1.5, 0.25, 0, 0, -2];
        int n = eigenvalues.Length;
        double[] v = [.. Enumerable.Range(0, n).Select(i => Math.Sin(1 + i))];
        double square = v.Sum(value => value * value);
        // H = I − 2vvᵀ/v·v is orthogonal and its own inverse.
        double Reflection(int i, int j) => (i == j ? 1 : 0) - 2 * v[i] * v[j] / square;
        double[][] matrix = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j =>
            Enumerable.Range(0, n).Sum(k => Reflection(i, k) * eigenvalues[k] * Reflection(k, j))).ToArray())];
        Assert.That(SymmetricEigenvalues.Of(matrix), Is.EqualTo(eigenvalues).Within(1e-12));
    }

    private void CheckImportance(Evaluator evaluator, ProbabilisticPca model)
    {
        var some = digits.Select([.. Enumerable.Range(0, 300)]);
        var report = evaluator.Evaluate(some, 1000, 1, null, default);
        double exact = model.LogLikelihood(some);
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"log p(x) by importance {report.LogLikelihood:0.0000} ± {report.ImportanceStderr:0.0000}, closed {exact:0.0000}."));
        Assert.That(report.LogLikelihood!.Value, Is.EqualTo(exact).Within(3 * report.ImportanceStderr!.Value));
    }

    private RunConfiguration Configuration(int latent) => new()
    {
        Model = new ModelConfiguration
        {
            Width = Side, Height = Side, Hidden = [], Latent = latent, Likelihood = Likelihood.GaussianShared,
            LikelihoodOptions = new LikelihoodOptions { Scale = 0.2 },
        },
        Training = new TrainingConfiguration
        {
            Batch = 64, Epochs = 200, LearningRate = 1e-2, Optimizer = new() { Schedule = LearningRateSchedule.Cosine },
        },
        Data = DataConfiguration.Of(null, new DataSplit("small digits", digits, digits)),
        Device = new DeviceConfiguration("cpu", "cpu", "any"),
    };

    /// <summary>Means of blocks of 4×4 pixels.</summary>
    private static ImageSet Shrunk(ImageSet images)
    {
        const int block = 28 / Side;
        var pixels = new byte[images.Count * Side * Side];
        for (int i = 0; i < pixels.Length; i++)
        {
            var image = images[i / (Side * Side)];
            int top = i / Side % Side * block, left = i % Side * block, sum = 0;
            for (int at = 0; at < block * block; at++)
                sum += image[(top + at / block) * 28 + left + at % block];
            pixels[i] = (byte)(sum / (block * block));
        }
        return new ImageSet(pixels, null, Side, Side);
    }
}
