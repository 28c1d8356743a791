using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Kernels.Step;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

/// <summary>Records with a value in every place, none of them a default.</summary>
internal static class Examples
{
    public static RunConfiguration Configuration() => new()
    {
        Model = new ModelConfiguration
        {
            Width = 7, Height = 5, Hidden = [12, 6], Latent = 3, Activation = Activation.LeakyRelu, Likelihood = Likelihood.Gaussian,
        },
        Training = new TrainingConfiguration
        {
            Batch = 16, Epochs = 4, LearningRate = 3.3e-4, Seed = 4_000_000_000,
            Optimizer = new OptimizerConfiguration
            {
                Name = Optimizer.Adamw, WeightDecay = 0.02, Beta1 = 0.8, Beta2 = 0.99, Epsilon = 1e-6, ClipNorm = 7,
                Schedule = LearningRateSchedule.Steps, Warmup = 1.5, Drop = 0.3, DropEvery = 2.5,
            },
        },
        Data = new DataConfiguration { Folder = "/some where/data", Name = "data", Train = 100, Test = 20 },
        Device = new DeviceConfiguration("opencl:1", "opencl", "A GPU"),
    };

    public static EpochMetrics Epoch(int epoch) =>
        new(epoch, 1.25 * epoch, new LossTerms(100.5 / epoch, 20.25), new LossTerms(1 / 3.0, 2e-7));

    public static Checkpoint Checkpoint(int parameters = 1000) => new()
    {
        Header = new CheckpointHeader
        {
            Configuration = Configuration(),
            Position = new TrainingPosition
            {
                Step = 17, Epoch = 2, Image = 48, Seconds = 3.75, Sums = new EpochSums(1.1f, -2e-8f, 3.3f, 4e-9f, 48),
            },
            History = [Epoch(1), Epoch(2)],
        },
        Parameters = [.. Enumerable.Range(0, parameters).Select(i => MathF.Sin(i))],
        FirstMoments = [.. Enumerable.Range(0, parameters).Select(i => i / 7f)],
        SecondMoments = [.. Enumerable.Range(0, parameters).Select(i => 1f / (i + 1))],
    };
}
