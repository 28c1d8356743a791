using VaeGpu.Kernels;
using VaeGpu.Kernels.Devices;
using VaeGpu.Layers;
using VaeGpu.Tests.Training;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Objectives;

public sealed class ConditionalTests
{
    [TestCase(Prior.Standard, Objective.Elbo)]
    [TestCase(Prior.Conditional, Objective.MonteCarloElbo)]
    [TestCase(Prior.Network, Objective.Iwae)]
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
