using VaeGpu.Kernels.Activations;
using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Optimization;

/// <summary>Examples on a device, with the counters and the sums of the pass over them that is under way.</summary>
internal sealed class ImagePass : IDisposable
{
    private readonly StepLauncher launcher;
    private readonly DeviceExamples all;
    private readonly MemoryBuffer1D<ControlBlock, Stride1D.Dense> control;
    private readonly MemoryBuffer1D<MetricSums, Stride1D.Dense> sums;
    private readonly BoundSums? bound;
    private readonly int size;
    private readonly BatchOrder order;
    private readonly bool binarize;

    private readonly MemoryBuffer1D<byte, Stride1D.Dense>? labels;
    private readonly ConditionLauncher? condition;
    private readonly int classes;

    /// <summary>
    /// Brings <paramref name="examples"/> to the device, and their labels for a model of <paramref name="classes"/>. Binarized, every
    /// picture is drawn black and white again in each batch. Where <paramref name="objective"/> weighs draws, its bound is added up too.
    /// </summary>
    /// <exception cref="DataException">Labels are missing or beyond the model's classes.</exception>
    public ImagePass(
        Accelerator accelerator, StepLauncher launcher, ExampleSet examples, BatchOrder order, int classes,
        ObjectiveConfiguration objective, bool binarize = false)
    {
        if (classes > 0)
        {
            labels = accelerator.Allocate1D(Conditioning.LabelsOf(examples, classes));
            condition = new ConditionLauncher(accelerator, Activation.Identity);
        }
        (this.classes, this.binarize, this.order) = (classes, binarize, order);
        this.launcher = launcher;
        (Count, size) = (examples.Count, examples.Format.Size);
        all = examples.ToDevice(accelerator, launcher, order);
        control = accelerator.Allocate1D<ControlBlock>(1);
        sums = accelerator.Allocate1D<MetricSums>(1);
        bound = objective.Bound.WeighsDraws ? new BoundSums(accelerator, launcher, objective) : null;
    }

    /// <summary>Examples of a pass.</summary>
    public int Count { get; }

    /// <summary>The counters, as kernels take them.</summary>
    public ArrayView<ControlBlock> Control => control.View;

    /// <summary>Sets the counters, and the sums to those of an epoch under way; null for none.</summary>
    public void Reset(ControlBlock counters, EpochSums? started)
    {
        control.CopyFromCPU([counters]);
        bound?.Reset(counters);
        Reset(started);
    }

    /// <summary>Sets the sums alone.</summary>
    public void Reset(EpochSums? started)
    {
        sums.CopyFromCPU([started is null ? default : new MetricSums
        {
            NegativeLogLikelihood = started.Reconstruction, NegativeLogLikelihoodLost = started.ReconstructionLost,
            Divergence = started.Kl, DivergenceLost = started.KlLost, Rows = started.Images,
        }]);
        bound?.Reset(started?.Bound is not { } sum ? default : new MetricSums
        {
            NegativeLogLikelihood = sum.Sum, NegativeLogLikelihoodLost = sum.Lost, Rows = sum.Images,
        });
    }

    /// <summary>Makes the batch ready that <see cref="Gather"/> takes, whose launches may be a replay.</summary>
    /// <exception cref="DataException">The examples cannot be read.</exception>
    public void Prepare(int epoch, int position, int rows) => all.Prepare(epoch, position, rows);

    /// <summary>
    /// Fills the first <paramref name="rows"/> of <paramref name="batch"/> with the next examples, shape (rows, size), and the
    /// model's labels with theirs; of a shard, from its <paramref name="first"/> row on.
    /// </summary>
    public void Gather(Vae vae, ArrayView<float> batch, int rows, int first = 0)
    {
        var shape = new BatchShape
        {
            Rows = rows, Columns = size, Count = Count, HalfBits = order.HalfBits, Binarize = binarize ? 1 : 0, First = first,
        };
        all.Gather(batch, Control, shape);
        condition?.Gather(labels!.View, vae.Labels, Control, shape with { Columns = classes });
    }

    /// <summary>Adds the losses of the model's batch to the sums and moves on to the next examples.</summary>
    public void EndStep(Vae vae, StepContext step)
    {
        var shape = new StepShape { Rows = step.Rows, Count = Count };
        bound?.Add(vae, step, shape);
        launcher.EndStep(vae.Loss(step.Rows), vae.Posterior.Divergence, sums.View, Control, shape);
    }

    /// <summary>The same for a batch of <paramref name="rows"/> whose losses are those of its shards.</summary>
    public void EndStep(ShardLosses losses, int rows)
    {
        var shape = new StepShape { Rows = rows, Count = Count, Sums = losses.Shards };
        bound?.Add(losses.Bound, losses.Divergence, shape);
        launcher.EndStep(losses.Likelihood, losses.Divergence, sums.View, Control, shape);
    }

    /// <summary>Waits for the steps made and reads the sums.</summary>
    public MetricSums ReadSums() => sums.GetAsArray1D()[0];

    /// <summary>The same for the bound, in the place of the log-likelihood; null where it is not added up.</summary>
    public MetricSums? ReadBound() => bound?.Read();

    /// <summary>The sums as a checkpoint holds them.</summary>
    public EpochSums ReadEpochSums()
    {
        var read = ReadSums();
        return new EpochSums(read.NegativeLogLikelihood, read.NegativeLogLikelihoodLost, read.Divergence, read.DivergenceLost, read.Rows)
        {
            Bound = ReadBound() is { } sum ? new(sum.NegativeLogLikelihood, sum.NegativeLogLikelihoodLost, sum.Rows) : null,
        };
    }

    public void Dispose()
    {
        all.Dispose();
        labels?.Dispose();
        control.Dispose();
        bound?.Dispose();
        sums.Dispose();
    }
}
