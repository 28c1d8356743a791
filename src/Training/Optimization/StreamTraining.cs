using VaeGpu.Kernels.Optimizers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Optimization;

/// <summary>A batch of examples.</summary>
/// <param name="Values">The examples, (rows, D).</param>
/// <param name="Labels">Their labels, (rows), where the model is conditional.</param>
public sealed record ExampleBatch(float[] Values, byte[]? Labels = null);

/// <summary>Training on batches that come one by one from the host, each of which is seen once.</summary>
internal sealed class StreamTraining : IDisposable
{
    private readonly ModelConfiguration model;
    private readonly StepLauncher launcher;
    private readonly Vae vae;
    private readonly AdamSettings settings;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> batch;
    private readonly MemoryBuffer1D<ControlBlock, Stride1D.Dense> control;
    private readonly MemoryBuffer1D<MetricSums, Stride1D.Dense> sums;

    /// <exception cref="ArgumentException">The settings count in epochs, which a stream has none of.</exception>
    public StreamTraining(Accelerator accelerator, ModelConfiguration model, TrainingConfiguration how, float[] parameters)
    {
        var (objective, optimizer) = (how.Objective, how.Optimizer);
        if (!optimizer.HasConstantRate || objective.KlWarmup > 0 || how.Patience > 0)
        {
            throw new ArgumentException(
                "Schedules, warm-ups and patience count in epochs, and a stream has no epochs; leave them out.", nameof(how));
        }
        if (how.Shards != 1)
            throw new ArgumentException("A batch of a stream is computed as a whole; leave Shards at 1.", nameof(how));
        model.ThrowIfTooLarge((long)how.Batch * objective.Samples);
        this.model = model;
        launcher = new StepLauncher(accelerator, optimizer.Name);
        vae = new Vae(accelerator, model.ShapeFor(how), how.Batch);
        vae.Parameters.Parameters.CopyFromCPU(parameters);
        settings = optimizer.Settings;
        batch = accelerator.Allocate1D<float>((long)how.Batch * model.DataDimensions);
        sums = accelerator.Allocate1D(new MetricSums[1]);
        control = accelerator.Allocate1D([new ControlBlock
        {
            Seed = how.Seed,
            Step = 1,
            LearningRate = (float)how.LearningRate,
            Schedule = new() { Full = (float)how.LearningRate },
            LikelihoodWeight = (float)objective.RecWeight,
            DivergenceWeight = (float)objective.KlWeight,
        }]);
    }

    /// <summary>A step for each batch; the means of the loss's terms over all of them.</summary>
    /// <exception cref="ArgumentException">A batch has the wrong size or lacks labels, or there is none.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public LossTerms Run(IEnumerable<ExampleBatch> batches, CancellationToken stop)
    {
        foreach (ExampleBatch examples in batches)
        {
            if (stop.IsCancellationRequested)
                break;
            int rows = Load(examples);
            var step = new StepContext(control.View, rows);
            vae.Forward(batch.View, step);
            vae.Backward(batch.View, step);
            vae.Parameters.Update(launcher, control.View, settings);
            launcher.EndStep(
                vae.Loss(rows), vae.Posterior.Divergence, sums.View, control.View, new() { Rows = rows, Count = int.MaxValue });
        }
        MetricSums all = sums.GetAsArray1D()[0];
        if (all.FirstNonFiniteStep != 0)
            throw new TrainingDivergedException(
                $"The loss became infinite or not a number at step {all.FirstNonFiniteStep}; try a smaller learning rate.");
        if (all.Rows == 0)
            throw new ArgumentException("The stream had no batch.", nameof(batches));
        return new LossTerms(
            ((double)all.NegativeLogLikelihood + all.NegativeLogLikelihoodLost) / all.Rows,
            ((double)all.Divergence + all.DivergenceLost) / all.Rows);
    }

    /// <summary>The parameters as they are now.</summary>
    public float[] Parameters() => vae.Parameters.Parameters.GetAsArray();

    /// <summary>Frees the device memory.</summary>
    public void Dispose()
    {
        vae.Dispose();
        batch.Dispose();
        control.Dispose();
        sums.Dispose();
    }

    private int Load(ExampleBatch examples)
    {
        var (rows, rest) = Math.DivRem(examples.Values.Length, model.DataDimensions);
        if (rest != 0 || rows == 0 || rows > vae.MaximalBatch)
        {
            throw new ArgumentException(
                $"A batch has 1 to {vae.MaximalBatch} rows of {model.DataDimensions} numbers; this one has {examples.Values.Length} "
                    + "numbers.");
        }
        batch.View.SubView(0, examples.Values.Length).CopyFromCPU(examples.Values);
        if (model.Classes == 0)
            return rows;
        if (examples.Labels?.Length != rows || Array.Exists(examples.Labels, label => label >= model.Classes))
            throw new ArgumentException($"A conditional model takes a label below {model.Classes} for each of the {rows} rows.");
        var oneHot = new float[rows * model.Classes];
        for (int row = 0; row < rows; row++)
            oneHot[row * model.Classes + examples.Labels[row]] = 1;
        vae.Labels.SubView(0, oneHot.Length).CopyFromCPU(oneHot);
        return rows;
    }
}
