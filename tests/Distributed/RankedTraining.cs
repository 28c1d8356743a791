using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Distributed;

/// <summary>Small trainings on several ranks of this process, a thread and a device each; devices stay open.</summary>
internal static class RankedTraining
{
    private static readonly List<Backend> Devices = [];

    /// <summary>Gray images of 8×8 pixels: batches of 16, 16 and 11, of whose eight shards the last two have no rows.</summary>
    public static DataSplit Data { get; } = new("squares", Squares(43, 3), Squares(13, 4));

    /// <summary>An MLP on <see cref="Data"/>.</summary>
    public static RunConfiguration Configuration(
        TrainingConfiguration? training = null, ModelConfiguration? model = null, DataSplit? data = null,
        Binarization binarization = Binarization.None) => new()
    {
        Model = model ?? new ModelConfiguration { Width = 8, Height = 8, Hidden = [10], Latent = 3 },
        Training = (training ?? new()) with { Batch = 16, Epochs = training?.Epochs is 1 ? 1 : 2, LearningRate = 3e-3, Seed = 7 },
        Data = DataConfiguration.Of(null, data ?? Data, binarization),
        Device = new DeviceConfiguration("cpu", "cpu", "any"),
    };

    /// <summary>Does something in each rank, and gives what each one made.</summary>
    public static T[] Run<T>(int ranks, Func<ICommunicator, Backend, T> work)
    {
        lock (Devices)
        {
            while (Devices.Count < ranks)
                Devices.Add(Backend.Open("cpu", 1));
            IReadOnlyList<LocalCommunicator> communicators = LocalCommunicator.Ranks(ranks);
            var made = new T[ranks];
            var failures = new Exception?[ranks];
            Thread[] threads = [.. communicators.Select((communicator, rank) => new Thread(() =>
            {
                try
                {
                    using (communicator)
                        made[rank] = work(communicator, Devices[rank]);
                }
                catch (Exception e)
                {
                    failures[rank] = e;
                }
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            return failures.Any(failure => failure is not null)
                ? throw new AggregateException(failures.OfType<Exception>())
                : made;
        }
    }

    /// <summary>Trains to the end on so many ranks, and gives the checkpoint of each.</summary>
    public static Checkpoint[] Train(int ranks, RunConfiguration configuration, DataSplit? data = null, Checkpoint? from = null) =>
        Run(ranks, (communicator, backend) =>
        {
            using var trainer = new Trainer(backend.Accelerator, configuration, data ?? Data, communicator: communicator);
            if (from is not null)
                trainer.Restore(from);
            TinyRun.Finish(trainer);
            return trainer.Snapshot();
        });

    private static ImageSet Squares(int count, int seed)
    {
        var (pixels, labels) = (new byte[count * 64], new byte[count]);
        new Random(seed).NextBytes(pixels);
        for (var i = 0; i < count; i++)
            labels[i] = (byte)(i % 3);
        return new ImageSet(pixels, labels, 8, 8);
    }
}
