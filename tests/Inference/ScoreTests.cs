using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Data;
using VaeGpu.Training.Inference;

namespace VaeGpu.Tests.Inference;

public sealed class ScoreTests
{
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
