using VaeGpu.Layers;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Training.Optimization;

/// <summary>The sum of the importance-weighted bound over a pass, for objectives that minimize it.</summary>
internal sealed class BoundSums(Accelerator accelerator, StepLauncher launcher, ObjectiveConfiguration objective) : IDisposable
{
    // The end of a step counts on, so the sum has counters of its own.
    private readonly MemoryBuffer1D<ControlBlock, Stride1D.Dense> control = accelerator.Allocate1D<ControlBlock>(1);
    private readonly MemoryBuffer1D<MetricSums, Stride1D.Dense> sums = accelerator.Allocate1D<MetricSums>(1);

    public void Reset(ControlBlock counters) => control.CopyFromCPU([counters]);

    public void Reset(MetricSums started) => sums.CopyFromCPU([started]);

    /// <summary>Adds the bounds of the model's batch; called before the end of the step.</summary>
    public void Add(Vae vae, StepContext step, StepShape shape) => Add(objective.BoundOf(vae, step), vae.Posterior.Divergence, shape);

    /// <summary>Adds the bounds of a batch whose rows, or shards, are given.</summary>
    public void Add(ArrayView<float> bounds, ArrayView<float> divergence, StepShape shape) =>
        launcher.EndStep(bounds, divergence, sums.View, control.View, shape);

    /// <summary>Waits for the steps made and reads the sum, which stands in the place of the log-likelihood's.</summary>
    public MetricSums Read() => sums.GetAsArray1D()[0];

    public void Dispose()
    {
        control.Dispose();
        sums.Dispose();
    }
}
