using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Inference;

namespace VaeGpu.Tests.Objectives;

public sealed class EvaluationTests
{
    private static readonly ImageSet Images = new([10, 240, 100, 30, 200, 0, 77, 255, 128, 128, 50, 90], null, 2, 2);

    [Test]
    public void A_linear_model_has_the_likelihood_of_probabilistic_pca()
    {
        var model = new ModelConfiguration
        {
            Width = 2, Height = 2, Hidden = [], Latent = 2, Likelihood = Likelihood.Gaussian, LikelihoodOptions = new() { Scale = 0.5 },
        };
        float[] weight = [0.9f, -0.4f, 0.3f, 0.7f, -0.2f, 0.8f, 0.5f, -0.6f], bias = [0.4f, 0.3f, 0.5f, 0.2f];
        // Four tensors, each at a multiple of 16: the encoder's stay 0, so that q(z∣x) is N(0, I).
        var parameters = new float[64];
        weight.CopyTo(parameters, 32);
        bias.CopyTo(parameters, 48);
        var report = Evaluate(model, parameters, 20_000);
        var exact = Enumerable.Range(0, Images.Count).Average(i => LogNormal(Pixels(i), bias, Covariance(weight, 0.25)));
        Assert.Multiple(() =>
        {
            Assert.That(report.LogLikelihood, Is.EqualTo(exact).Within(4 * report.ImportanceStderr!.Value));
            Assert.That(report.ImportanceStderr, Is.LessThan(0.02));
            Assert.That((report.Rate, report.ActiveUnits, report.AggregatePosteriorKl), Is.EqualTo((0, 0, 0)));
            Assert.That(report.Elbo, Is.LessThan(report.LogLikelihood!.Value));
            // q is wider than the posterior and the Gaussian likelihood bounded: so are the weights.
            Assert.That(report.ParetoK, Is.LessThan(0.5));
            Assert.That(report.HeavyTails, Is.Zero);
            Assert.That(report.BitsPerDim, Is.EqualTo(-report.Elbo / (4 * Math.Log(2))));
        });
    }

    [Test]
    public void The_bound_and_its_gap_give_the_likelihood_on_a_grid()
    {
        var model = new ModelConfiguration { Width = 2, Height = 2, Hidden = [5], Latent = 2, Activation = Activation.Tanh };
        // Encoder 4·5, 5, 5·4, 4 and decoder 2·5, 5, 5·4, 4, each padded to a multiple of 16.
        var parameters = Array.ConvertAll(new float[8 * 32], _ => 0f);
        foreach (var (offset, length) in ((int, int)[])[(0, 20), (32, 5), (48, 20), (80, 4), (96, 10), (112, 5), (128, 20), (160, 4)])
        {
            for (var i = offset; i < offset + length; i++)
                parameters[i] = 1.5f * MathF.Sin(1 + 3 * i);
        }
        parameters = parameters[..176];
        var report = Evaluate(model, parameters, 20_000);
        var (logLikelihood, gap) = OnGrid(model, parameters);
        Assert.Multiple(() =>
        {
            Assert.That(report.Elbo + gap, Is.EqualTo(logLikelihood).Within(0.015));
            Assert.That(report.LogLikelihood, Is.EqualTo(logLikelihood).Within(4 * report.ImportanceStderr!.Value + 1e-4));
        });
    }

    [Test]
    public void The_number_of_draws_at_once_makes_no_difference([Values(0, 3)] int classes)
    {
        var model = new ModelConfiguration { Width = 2, Height = 2, Hidden = [5], Latent = 2, Classes = classes };
        var images = classes == 0 ? Images : Images.WithLabels([2, 0, 1], null);
        using var backend = Backend.Open("cpu", 1);
        using var vae = new VaeGpu.Layers.Models.Vae(backend.Accelerator, model.Shape, 1);
        vae.Parameters.Initialize(new VaeGpu.Kernels.Launchers.StepLauncher(backend.Accelerator), 5);
        var evaluator = new Evaluator(backend.Accelerator, model, vae.Parameters.Parameters.GetAsArray());
        EvaluationReport one = AtOnce(1);
        Assert.That(one.LogLikelihood, Is.Not.Null.And.Not.NaN);
        foreach (int draws in (int[])[2, 5, 30])
        {
            EvaluationReport several = AtOnce(draws);
            Assert.That(
                (several.LogLikelihood, several.Distortion, several.ParetoK, several.ImportanceStderr),
                Is.EqualTo((one.LogLikelihood, one.Distortion, one.ParetoK, one.ImportanceStderr)), $"{draws} at once");
        }

        EvaluationReport AtOnce(int draws) => evaluator.Evaluate(images, 30, seed: 3, told: null, default, draws);
    }

    /// <summary>The means over the images of log p(x) and of KL(q(z∣x) ∥ p(z∣x)), by sums over a grid of z.</summary>
    private static (double LogLikelihood, double Gap) OnGrid(ModelConfiguration model, float[] parameters)
    {
        const int side = 161;
        const double step = 0.1;
        using var backend = Backend.Open("cpu", 1);
        using var generation = new Generation(backend.Accelerator, model, parameters);
        var codes = generation.Encode(Images, default);
        float[] grid = [.. Enumerable.Range(0, side * side).SelectMany(i =>
            (float[])[(float)((i / side - 80) * step), (float)((i % side - 80) * step)])];
        var means = generation.Decode(grid, default);
        double logLikelihood = 0, gap = 0;
        for (var image = 0; image < Images.Count; image++)
        {
            var x = Pixels(image);
            var joint = Enumerable.Range(0, side * side).Select(i => Normal(grid[2 * i], 0, 1) + Normal(grid[2 * i + 1], 0, 1)
                + x.Select((value, j) => value * Math.Log(means[4 * i + j]) + (1 - value) * Math.Log(1 - means[4 * i + j])).Sum())
                    .ToArray();
            var evidence = Math.Log(joint.Sum(Math.Exp) * step * step);
            var q = Enumerable.Range(0, side * side).Select(i => Enumerable.Range(0, 2).Sum(k =>
                Normal(grid[2 * i + k], codes.Means[2 * image + k], codes.Deviations[2 * image + k]))).ToArray();
            logLikelihood += evidence / Images.Count;
            gap += q.Zip(joint).Sum(at => Math.Exp(at.First) * (at.First - at.Second + evidence)) * step * step / Images.Count;
        }
        return (logLikelihood, gap);
    }

    private static EvaluationReport Evaluate(ModelConfiguration model, float[] parameters, int samples)
    {
        using var backend = Backend.Open("cpu", 1);
        var evaluator = new Evaluator(backend.Accelerator, model, parameters);
        return evaluator.Evaluate(Images, samples, 3, null, default);
    }

    private static double[] Pixels(int image) => [.. Images[image].ToArray().Select(pixel => (double)(pixel / 255f))];

    private static double Normal(double z, double mean, double deviation) =>
        -0.5 * (Math.Log(2 * Math.PI) + Math.Pow((z - mean) / deviation, 2)) - Math.Log(deviation);

    /// <summary>WᵀW + σ²I for W of shape (2, 4).</summary>
    private static double[,] Covariance(float[] weight, double variance)
    {
        var covariance = new double[4, 4];
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < 4; j++)
                covariance[i, j] = (double)weight[i] * weight[j] + (double)weight[4 + i] * weight[4 + j] + (i == j ? variance : 0);
        }
        return covariance;
    }

    /// <summary>The log density of a normal law, by Cholesky's decomposition.</summary>
    private static double LogNormal(double[] x, float[] mean, double[,] covariance)
    {
        double log = -0.5 * x.Length * Math.Log(2 * Math.PI);
        var factor = new double[x.Length, x.Length];
        var solved = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var rest = covariance[i, j] - Enumerable.Range(0, j).Sum(k => factor[i, k] * factor[j, k]);
                factor[i, j] = i == j ? Math.Sqrt(rest) : rest / factor[j, j];
            }
            solved[i] = (x[i] - mean[i] - Enumerable.Range(0, i).Sum(k => factor[i, k] * solved[k])) / factor[i, i];
            log -= Math.Log(factor[i, i]) + 0.5 * solved[i] * solved[i];
        }
        return log;
    }
}
