using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

public sealed class MnistTrainingTests
{
    [Test]
    public void The_default_model_reaches_the_usual_loss_after_one_epoch()
    {
        var data = Mnist.Load();
        using var backend = Backend.Open("cpu");
        using var trainer = new Trainer(
            backend.Accelerator,
            new RunConfiguration
            {
                Model = new ModelConfiguration { Width = 28, Height = 28 },
                Training = new TrainingConfiguration { Epochs = 1 },
                Data = DataConfiguration.Of(Mnist.Folder, data),
                Device = DeviceConfiguration.Of("cpu", backend.Accelerator),
            },
            data);
        TinyRun.Finish(trainer);
        // 127 is usual; ten epochs reach 105 to 106.
        Assert.That(trainer.History[0].Test.Loss, Is.InRange(120, 132));
    }
}
