using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers.Models;

namespace VaeGpu.Bench.Figures;

/// <summary>The sizes of a step: 784 pixels, hidden layers, 20 latent dimensions.</summary>
internal sealed record StepSize(int Batch, params int[] Hidden)
{
    public const int Pixels = 784, Latent = 20, Images = 60_000;

    /// <inheritdoc/>
    public override string ToString() => $"{Pixels}-{string.Join('-', Hidden)}-{Latent}, batch {Batch}";
}

/// <summary>How a step's launches come to the device.</summary>
internal enum StepLaunch
{
    /// <summary>A graph whose launches wait for the memory that they use: the program's way.</summary>
    Graph,
    /// <summary>A graph whose launches wait for one another in turn.</summary>
    GraphInOrder,
    /// <summary>Each by a call of the driver.</summary>
    OneByOne,
}

/// <summary>The whole training step as the program makes it: gather a shuffled batch, forward, backward, Adam, metrics.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly int rows;
    private readonly StepLaunch way;
    private readonly StepLauncher launcher;
    private readonly Vae vae;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> images;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> batch;
    private readonly MemoryBuffer1D<MetricSums, Stride1D.Dense> sums;
    private readonly MemoryBuffer1D<ControlBlock, Stride1D.Dense> control;
    private readonly AdamSettings adam = AdamSettings.Of();
    private readonly Accelerator accelerator;
    private StepGraph? wholeBatch;
    private int position;

    public TrainingStep(Accelerator accelerator, StepSize size, StepLaunch way = StepLaunch.Graph)
    {
        (this.accelerator, this.way) = (accelerator, way);
        rows = size.Batch;
        launcher = new StepLauncher(accelerator);
        vae = new Vae(accelerator, new VaeShape
        {
            DataDimensions = StepSize.Pixels,
            LatentDimensions = StepSize.Latent,
            EncoderWidths = [.. size.Hidden],
            DecoderWidths = [.. size.Hidden.Reverse()],
            Activation = Activation.Relu,
            Likelihood = Likelihood.Bernoulli,
        }, rows);
        vae.Parameters.Initialize(launcher, seed: 1);
        images = accelerator.Allocate1D(Data.Bytes(StepSize.Images * StepSize.Pixels));
        batch = accelerator.Allocate1D<float>(rows * StepSize.Pixels);
        sums = accelerator.Allocate1D(new MetricSums[1]);
        var started = new ControlBlock
        {
            Seed = 1, Step = 1, LearningRate = 1e-3f, Schedule = new() { Full = 1e-3f }, LikelihoodWeight = 1, DivergenceWeight = 1,
        };
        control = accelerator.Allocate1D([started]);
    }

    /// <summary>Makes one step; those of a whole batch are a graph, as the program's are.</summary>
    public void Run()
    {
        int now = Math.Min(rows, StepSize.Images - position);
        position = (position + now) % StepSize.Images;
        if (now == rows && way != StepLaunch.OneByOne)
            (wholeBatch ??= StepGraph.Record(accelerator, () => Launch(rows), inOrder: way == StepLaunch.GraphInOrder)).Replay();
        else
            Launch(now);
    }

    private void Launch(int now)
    {
        launcher.Gather(images.View, batch.View, control.View, new BatchShape
        {
            Rows = now,
            Columns = StepSize.Pixels,
            Count = StepSize.Images,
            HalfBits = Shuffle.HalfBits(StepSize.Images),
        });
        vae.Forward(batch.View, new(control.View, now));
        vae.Backward(batch.View, new(control.View, now));
        vae.Parameters.Update(launcher, control.View, adam);
        var end = new StepShape { Rows = now, Count = StepSize.Images };
        launcher.EndStep(vae.Decoder.Loss, vae.Posterior.Divergence, sums.View, control.View, end);
    }

    /// <summary>The mean loss of all steps so far, in nats.</summary>
    public double MeanLoss()
    {
        MetricSums all = sums.GetAsArray1D()[0];
        return ((double)all.NegativeLogLikelihood + all.Divergence) / all.Rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        wholeBatch?.Dispose();
        vae.Dispose();
        images.Dispose();
        batch.Dispose();
        sums.Dispose();
        control.Dispose();
    }
}
