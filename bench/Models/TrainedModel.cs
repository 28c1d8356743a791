using System.Diagnostics;
using VaeGpu.Bench.Measuring;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Bench.Models;

/// <summary>A model trained here and now.</summary>
/// <param name="Configuration">The model.</param>
/// <param name="Parameters">What it has learned.</param>
/// <param name="Seconds">The time that training took, evaluation after each epoch included.</param>
internal sealed record TrainedModel(ModelConfiguration Configuration, float[] Parameters, double Seconds)
{
    private const string BesideTheCheckout = "../shared/data/mnist";

    /// <summary>MNIST from the folder beside the checkout or by its name; null, with the reason, where neither is available.</summary>
    public static DataSplit? Mnist(out string reason, Binarization binarization = Binarization.None)
    {
        reason = "";
        try
        {
            string source = Directory.Exists(BesideTheCheckout) ? BesideTheCheckout : "mnist";
            return DataSource.Load(source, seed: 1, Environment.ProcessorCount, new DataFit { Binarization = binarization });
        }
        catch (DataException missing)
        {
            reason = $"skipped: {missing.Message}";
            return null;
        }
    }

    /// <summary>Trains to the end; a line on the error stream tells of each epoch.</summary>
    public static TrainedModel Train(
        BenchDevice device, ModelConfiguration model, TrainingConfiguration training, DataSplit data,
        Binarization binarization = Binarization.None)
    {
        var configuration = new RunConfiguration
        {
            Model = model,
            Training = training,
            Data = DataConfiguration.Of(null, data, binarization),
            Device = DeviceConfiguration.Of("cpu", device.Accelerator),
        };
        long start = Stopwatch.GetTimestamp();
        using var trainer = new Trainer(device.Accelerator, configuration, data);
        var observer = new Unobserved();
        while (trainer.TrainEpoch(observer, default) is { } epoch)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"epoch {epoch.Epoch}/{training.Epochs}: {epoch.Train.Loss:0.00} nats, held out {epoch.Test.Loss:0.00}"));
        }
        return new TrainedModel(model, trainer.Snapshot().Parameters, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private sealed class Unobserved : ITrainingObserver
    {
        public void Progressed(TrainingProgress progress)
        {
        }

        public void EpochEnded(EpochMetrics metrics)
        {
        }
    }
}
