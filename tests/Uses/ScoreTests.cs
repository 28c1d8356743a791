using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Training;
using VaeGpu.Training;
using VaeGpu.Training.Data;
using VaeGpu.Training.Uses;

namespace VaeGpu.Tests.Uses;

public sealed class ScoreTests
{
    [Test]
    public void The_estimate_is_exact_where_q_is_the_posterior()
    {
        // z ~ N(0, 1), x = z + N(0, 1): p(z∣x) = N(x/2, 1/2) and p(x) = N(0, 2), so every draw has the weight p(x).
        const double x = 1.3;
        var estimate = new ImportanceEstimate();
        foreach (var z in (float[])[-1.5f, 0.2f, 2.4f])
            estimate.Add(0.5 * (x - z) * (x - z) + 0.5 * Math.Log(2 * Math.PI), [z], [(float)(x / 2)], [(float)Math.Log(0.5)]);
        Assert.That(estimate.Score(0).NegativeLogLikelihood, Is.EqualTo(0.5 * x * x / 2 + 0.5 * Math.Log(4 * Math.PI)).Within(1e-6));
    }

    [Test]
    public void Noise_is_stranger_than_digits_and_the_bound_is_a_bound()
    {
        var checkpoint = TinyRun.Train(TinyRun.Configuration());
        using var backend = Backend.Open("cpu", 1);
        using var generation = new Generation(backend.Accelerator, checkpoint.Header.Configuration.Model, checkpoint.Parameters);
        var digits = generation.Score(TinyRun.Data.Test, 20, seed: 1, default);
        var noise = new byte[40 * 784];
        new Random(1).NextBytes(noise);
        var strange = generation.Score(new ImageSet(noise, null, 28, 28), 20, seed: 1, default);
        Assert.Multiple(() =>
        {
            Assert.That(strange.Min(score => score.NegativeElbo), Is.GreaterThan(digits.Average(score => score.NegativeElbo)));
            Assert.That(digits.Average(score => score.NegativeLogLikelihood), Is.LessThan(digits.Average(score => score.NegativeElbo)));
            Assert.That(generation.Score(TinyRun.Data.Test, 20, seed: 1, default), Is.EqualTo(digits));
        });
    }
}
