using VaeGpu.Kernels.Optimizers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Distributed;

namespace VaeGpu.Training.Optimization;

/// <summary>The model in training, and the launches of a step: on a batch as a whole, or shard by shard.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly StepLauncher launcher;
    private readonly AdamSettings settings;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> batch;
    private readonly ShardedBatch? shards;

    /// <summary>Builds the model for batches of up to <paramref name="rows"/>; its parameters are zero.</summary>
    /// <exception cref="RunException">Batch or model are too large.</exception>
    /// <exception cref="OutOfMemoryException">The device has no room.</exception>
    public TrainingStep(
        Accelerator accelerator, ModelConfiguration model, TrainingConfiguration training, StepLauncher launcher, ShardPlan plan, int rows,
        ICommunicator? communicator)
    {
        int atOnce = plan.MostRows(rows);
        model.ThrowIfTooLarge((long)atOnce * training.Objective.Samples);
        this.launcher = launcher;
        settings = training.Optimizer.Settings;
        Vae = Model(accelerator, model.ShapeFor(training), atOnce);
        batch = accelerator.Allocate1D<float>((long)atOnce * model.DataDimensions);
        if (!plan.IsWhole)
            shards = new ShardedBatch(accelerator, plan, Vae, batch.View, training.Objective, communicator);
    }

    /// <summary>The model.</summary>
    public Vae Vae { get; }

    /// <summary>One step on <paramref name="rows"/> examples, which <see cref="ImagePass.Prepare"/> made ready.</summary>
    /// <returns>Whether processes that exchange gradients agree to stop: where <paramref name="stop"/> asks one of them to.</returns>
    public bool Train(ImagePass pass, int rows, bool stop)
    {
        if (shards is not null)
        {
            bool isAgreed = shards.Backward(pass, rows, stop);
            Vae.Parameters.Update(launcher, pass.Control, settings);
            shards.EndStep(pass, rows);
            return isAgreed;
        }
        var step = new StepContext(pass.Control, rows);
        pass.Gather(Vae, batch.View, rows);
        Vae.Forward(batch.View, step);
        Vae.Backward(batch.View, step);
        Vae.Parameters.Update(launcher, pass.Control, settings);
        pass.EndStep(Vae, step);
        return false;
    }

    /// <summary>The losses of <paramref name="rows"/> examples, which <see cref="ImagePass.Prepare"/> made ready.</summary>
    /// <returns>As <see cref="Train"/>.</returns>
    public bool Evaluate(ImagePass pass, int rows, bool stop)
    {
        if (shards is not null)
        {
            bool isAgreed = shards.Evaluate(pass, rows, stop);
            shards.EndStep(pass, rows);
            return isAgreed;
        }
        pass.Gather(Vae, batch.View, rows);
        var step = new StepContext(pass.Control, rows, RandomPurpose.Evaluation);
        Vae.Forward(batch.View, step);
        Vae.EvaluateLoss(batch.View, rows);
        pass.EndStep(Vae, step);
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        shards?.Dispose();
        batch.Dispose();
        Vae.Dispose();
    }

    private static Vae Model(Accelerator accelerator, VaeShape shape, int rows)
    {
        try
        {
            return new Vae(accelerator, shape, rows);
        }
        catch (OverflowException e)
        {
            throw new RunException("The model would have over 2³¹ parameters; give it fewer hidden layers, or fewer units in them.", e);
        }
    }
}
