using System.Runtime.CompilerServices;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Training;

public sealed class MnistTrainingTests
{
    [Test]
    public void The_default_model_reaches_the_usual_loss_after_one_epoch()
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(SourceFile())!, "../../../shared/data/mnist"));
        if (!Directory.Exists(folder))
            Assert.Ignore($"MNIST is not at {folder}.");
        var data = DataSource.Load(folder, seed: 0, threads: 1);
        using var backend = Backend.Open("cpu");
        using var trainer = new Trainer(
            backend.Accelerator,
            new RunConfiguration
            {
                Model = new ModelConfiguration { Width = 28, Height = 28 },
                Training = new TrainingConfiguration { Epochs = 1 },
                Data = DataConfiguration.Of(folder, data),
                Device = DeviceConfiguration.Of("cpu", backend.Accelerator),
            },
            data);
        TinyRun.Finish(trainer);
        // 127 is usual; ten epochs reach 105 to 106.
        Assert.That(trainer.History[0].Test.Loss, Is.InRange(120, 132));
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
