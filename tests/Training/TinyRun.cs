using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

/// <summary>A training that takes a moment: 300 digits and a small model.</summary>
internal static class TinyRun
{
    public const int Images = 300;
    public const int HeldOut = 90;

    public static DataSplit Data { get; } = new(
        "tiny", StrokeDigits.Generate(Images, seed: 5, threads: 1), StrokeDigits.Generate(HeldOut, seed: 5, threads: 1, first: Images));

    public static RunConfiguration Configuration(int epochs = 3, int hidden = 24, int latent = 3) => new()
    {
        Model = new ModelConfiguration { Width = 28, Height = 28, Hidden = [hidden], Latent = latent, Activation = Activation.Tanh },
        Training = new TrainingConfiguration { Batch = 64, Epochs = epochs, LearningRate = 3e-3, Seed = 7 },
        Data = DataConfiguration.Of(null, Data),
        Device = new DeviceConfiguration("cpu", "cpu", "any"),
    };

    /// <summary>Trains to the end and gives the last checkpoint.</summary>
    public static Checkpoint Train(RunConfiguration configuration, int threads = 1, DataSplit? data = null)
    {
        using var backend = Backend.Open("cpu", threads);
        using var trainer = new Trainer(backend.Accelerator, configuration, data ?? Data);
        Finish(trainer);
        return trainer.Snapshot();
    }

    public static void Finish(Trainer trainer)
    {
        while (trainer.TrainEpoch(new Observer(), default) is not null)
        {
        }
    }

    /// <summary>The losses of each epoch: what two runs of the same numbers have in common.</summary>
    public static (int, LossTerms, LossTerms)[] Losses(Checkpoint checkpoint) =>
        [.. checkpoint.Header.History.Select(epoch => (epoch.Epoch, epoch.Train, epoch.Test))];

    /// <summary>Does something at each report of progress.</summary>
    internal sealed class Observer(Action<TrainingProgress>? progressed = null) : ITrainingObserver
    {
        public void Progressed(TrainingProgress progress) => progressed?.Invoke(progress);

        public void EpochEnded(EpochMetrics metrics)
        {
        }
    }
}
