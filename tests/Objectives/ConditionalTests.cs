using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Inference;

namespace VaeGpu.Tests.Objectives;

public sealed class ConditionalTests
{
    private static IEnumerable<TestCaseData> PriorsAndObjectives =>
        Objective.All.Select((bound, i) => new TestCaseData(Prior.All[i % Prior.All.Count], bound));

    [TestCaseSource(nameof(PriorsAndObjectives))]
    public void A_conditional_model_learns_and_draws_different_images_of_one_label(Prior prior, Objective bound)
    {
        var configuration = TinyRun.Configuration();
        configuration = configuration with
        {
            Model = configuration.Model with { Classes = 10, Prior = prior },
            Training = configuration.Training with { Objective = new ObjectiveConfiguration { Bound = bound, Samples = 3 } },
        };
        var checkpoint = TinyRun.Train(configuration);
        Assert.That(checkpoint.Header.History[^1].Test.Loss, Is.LessThan(checkpoint.Header.History[0].Test.Loss));
        using var backend = Backend.Open("cpu", 1);
        using var generation = new Generation(backend.Accelerator, configuration.Model, checkpoint.Parameters);
        var sixes = generation.Sample(5, 1, default, label: 6);
        var sevens = generation.Sample(5, 1, default, label: 7);
        Assert.Multiple(() =>
        {
            Assert.That(sixes.Chunk(784).Select(Convert.ToBase64String).Distinct().Count(), Is.EqualTo(5));
            Assert.That(sevens, Is.Not.EqualTo(sixes));
        });
    }

    [Test]
    public void Units_of_the_prior_are_those_that_its_KL_is_measured_in([Each] Prior prior)
    {
        var configuration = TinyRun.Configuration();
        configuration = configuration with { Model = configuration.Model with { Classes = 10, Prior = prior } };
        var checkpoint = TinyRun.Train(configuration);
        using var backend = Backend.Open("cpu", 1);
        using var generation = new Generation(backend.Accelerator, configuration.Model, checkpoint.Parameters);
        var (data, d) = (TinyRun.Data.Test, configuration.Model.Latent);
        var codes = generation.Encode(data, default);
        var mean = generation.FromPriorUnits(new float[data.Count * d], data.Labels, default);
        var edge = generation.FromPriorUnits([.. Enumerable.Repeat(1f, data.Count * d)], data.Labels, default);
        var kl = new double[d];
        var scores = generation.Score(data, 1, seed: 1, default);
        for (var i = 0; i < data.Count; i++)
        {
            double own = 0;
            for (var k = 0; k < d; k++)
            {
                int at = i * d + k;
                double width = edge[at] - mean[at], ratio = codes.Deviations[at] / width, distance = (codes.Means[at] - mean[at]) / width;
                var part = (ratio * ratio + distance * distance - 1) / 2 - Math.Log(ratio);
                own += part;
                kl[k] += part / data.Count;
            }
            Assert.That(scores[i].Kl, Is.EqualTo(own).Within(1e-4 * (1 + own)));
        }
        Assert.That(generation.DivergencePerDimension(data, default), Is.EqualTo(kl).Within(1e-4));
        var back = generation.FromPriorUnits(generation.ToPriorUnits(codes.Means, data.Labels, default), data.Labels, default);
        Assert.That(back, Is.EqualTo(codes.Means).Within(1e-5));
        Assert.That(() => generation.Decode(codes.Means, default), Throws.ArgumentException);

        // As another class an image keeps its place in the prior.
        byte[] sixes = [.. Enumerable.Repeat((byte)6, data.Count)];
        var center = generation.FromPriorUnits(new float[d], sixes[..1], default);
        var rim = generation.FromPriorUnits([.. Enumerable.Repeat(1f, d)], sixes[..1], default);
        float[] moved =
            [.. codes.Means.Select((z, at) => center[at % d] + (rim[at % d] - center[at % d]) * (z - mean[at]) / (edge[at] - mean[at]))];
        var seen = generation.Reconstruct(data, default, label: 6);
        Assert.That(seen.Zip(generation.DecodeBytes(moved, default, sixes)).Max(pair => Math.Abs(pair.First - pair.Second)),
            Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Labels_that_are_missing_or_unknown_are_explained()
    {
        var images = new ImageSet(new byte[8], [0, 3], 2, 2);
        Assert.Multiple(() =>
        {
            Assert.That(() => Conditioning.LabelsOf(images, 3), Throws.TypeOf<DataException>().With.Message.Contains("label 3"));
            Assert.That(() => Conditioning.LabelsOf(new ImageSet(new byte[8], null, 2, 2), 3), Throws.TypeOf<DataException>());
            Assert.That(Conditioning.ClassesOf(new DataSplit("two", images, images)), Is.EqualTo(4));
        });
    }
}
