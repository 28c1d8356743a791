using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Latent;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Objectives;

public sealed class DrawnDigitTests
{
    private const int Drawn = 2000;

    [Test]
    public void A_classifier_of_real_digits_recognizes_those_drawn_for_their_label_and_they_differ()
    {
        var data = Mnist.Load();
        using var backend = Backend.Open("cpu");
        using var classifier = new DigitClassifier(backend.Accelerator, data.Format.Size, seed: 1);
        classifier.Train(data.Train, epochs: 2);
        var digits = Draw(backend, data);
        double real = classifier.Accuracy(data.Test), drawn = classifier.Accuracy(digits),
            spread = Spread(digits) / Spread((ImageSet)data.Test);
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"Recognized of {data.Test.Count} real digits: {real:0.0000}, of {Drawn} drawn: {drawn:0.0000}; their spread: {spread:0.00}."));
        Assert.Multiple(() =>
        {
            Assert.That(real, Is.GreaterThan(0.96));
            Assert.That(drawn, Is.GreaterThan(0.95));
            // Ten typical digits would be recognized too. Means are smoother than digits: 0.4 is usual.
            Assert.That(spread, Is.GreaterThan(0.3));
        });
    }

    /// <summary>E[x∣z, y] for z of p(z∣y), y each label in turn.</summary>
    private static ImageSet Draw(Backend backend, DataSplit data)
    {
        var configuration = new RunConfiguration
        {
            Model = new ModelConfiguration { Width = 28, Height = 28, Hidden = [200], Latent = 5, Classes = 10, Prior = Prior.Conditional },
            Training = new TrainingConfiguration { Batch = 64, Epochs = 2, LearningRate = 3e-3 },
            Data = DataConfiguration.Of(Mnist.Folder, data),
            Device = DeviceConfiguration.Of("cpu", backend.Accelerator),
        };
        using var trainer = new Trainer(backend.Accelerator, configuration, data);
        TinyRun.Finish(trainer);
        using var generation = new Generation(backend.Accelerator, configuration.Model, trainer.Snapshot().Parameters);
        byte[] labels = [.. Enumerable.Range(0, Drawn).Select(i => (byte)(i % 10))];
        return new ImageSet(generation.Sample(Drawn, seed: 1, default), labels, 28, 28);
    }

    /// <summary>The variance of a pixel within a class, summed over pixels and averaged over classes.</summary>
    private static double Spread(ImageSet digits) => Enumerable.Range(0, 10).Average(label =>
    {
        double[] sum = new double[digits.Format.Size], square = new double[digits.Format.Size];
        int[] members = [.. Enumerable.Range(0, digits.Count).Where(i => digits.Labels![i] == label)];
        foreach (int i in members)
        {
            for (int j = 0; j < digits.Format.Size; j++)
            {
                double level = digits[i][j] / 255.0;
                sum[j] += level;
                square[j] += level * level;
            }
        }
        return sum.Zip(square).Sum(pixel => pixel.Second / members.Length - Math.Pow(pixel.First / members.Length, 2));
    });
}
