using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Optimization;

/// <summary>
/// A batch that is computed shard by shard: this process's shards one after the other, those of other processes by them. The gradients and
/// the losses of all shards are added in an order that depends on their number alone.
/// </summary>
internal sealed class ShardedBatch : IDisposable
{
    private readonly ShardPlan plan;
    private readonly Vae vae;
    private readonly ArrayView<float> batch;
    private readonly ICommunicator? communicator;
    private readonly ShardLosses losses;
    private readonly GradientTree? tree;
    private readonly GradientExchange? exchange;
    private readonly BatchStatistics? statistics;
    private readonly HostMirror? statisticsMirror;
    private readonly Action<ParameterSlice>? finished;
    private bool isUnderWay;

    /// <summary>Allocates what shards need beside the model; <paramref name="batch"/> has room for a shard.</summary>
    public ShardedBatch(
        Accelerator accelerator, ShardPlan plan, Vae vae, ArrayView<float> batch, ObjectiveConfiguration objective,
        ICommunicator? communicator)
    {
        (this.plan, this.vae, this.batch, this.communicator) = (plan, vae, batch, communicator);
        losses = new ShardLosses(accelerator, plan.Shards, objective, communicator);
        tree = plan.Count > 1 ? new GradientTree(accelerator, vae.Parameters.Gradients, plan.Count) : null;
        if (BatchStatistics.AreTaken(vae.Shape))
            statistics = new BatchStatistics(accelerator, vae.Shape, plan.Shards);
        if (communicator is null)
            return;
        exchange = new GradientExchange(accelerator, communicator, vae);
        finished = Finished;
        statisticsMirror = statistics is null ? null : new HostMirror(accelerator, statistics.All);
    }

    /// <summary>
    /// Computes the gradient of a batch of <paramref name="rows"/>, and adds its losses up. Where <paramref name="stop"/> asks one of the
    /// processes to stop, the result is true in all.
    /// </summary>
    public bool Backward(ImagePass pass, int rows, bool stop)
    {
        isUnderWay = true;
        losses.Clear();
        Measure(pass, rows);
        for (int i = 0; i < plan.Count; i++)
            BackwardShard(pass, rows, i);
        losses.BeginExchange(stop);
        exchange?.End();
        bool isAgreed = losses.EndExchange();
        isUnderWay = false;
        return isAgreed;
    }

    /// <summary>Adds up the losses of a batch of <paramref name="rows"/> alone; the result is as that of <see cref="Backward"/>.</summary>
    public bool Evaluate(ImagePass pass, int rows, bool stop)
    {
        losses.Clear();
        for (int i = 0; i < plan.Count; i++)
        {
            StepContext step = Gather(pass, rows, plan.First + i, RandomPurpose.Evaluation);
            if (step.Rows == 0)
                continue;
            vae.Forward(batch, step);
            vae.EvaluateLoss(batch, step.Rows);
            losses.Put(vae, step);
        }
        losses.BeginExchange(stop);
        return losses.EndExchange();
    }

    /// <summary>Adds the losses to those of the pass, which moves on to the next batch.</summary>
    public void EndStep(ImagePass pass, int rows) => pass.EndStep(losses, rows);

    /// <inheritdoc/>
    public void Dispose()
    {
        // A step that failed leaves sums behind that others may still complete, in memory that is freed now.
        if (isUnderWay)
            communicator?.Cancel();
        losses.Dispose();
        tree?.Dispose();
        statistics?.Dispose();
    }

    /// <summary>What gradients take from the whole batch, where they do.</summary>
    private void Measure(ImagePass pass, int rows)
    {
        if (statistics is null)
            return;
        ArrayView<float> all = statistics.All;
        all.MemSetToZero();
        for (int i = 0; i < plan.Count; i++)
        {
            StepContext step = Gather(pass, rows, plan.First + i);
            if (step.Rows > 0)
                vae.Measure(batch, step);
        }
        if (statisticsMirror is null)
            return;
        statisticsMirror.Load(0, all.IntLength);
        communicator!.BeginSum(statisticsMirror.Values).Wait();
        statisticsMirror.Store(0, all.IntLength);
    }

    private void BackwardShard(ImagePass pass, int rows, int number)
    {
        bool isExchanged = exchange is not null && number == plan.Count - 1;
        StepContext step = Gather(pass, rows, plan.First + number);
        if (step.Rows > 0)
        {
            vae.Forward(batch, step);
            vae.Backward(batch, step, isExchanged ? finished : null);
            losses.Put(vae, step);
        }
        else
        {
            // The last batch of an epoch may have fewer rows than shards.
            vae.BackwardEmpty(step.Shard!.Value);
            foreach (GradientBucket bucket in isExchanged ? exchange!.Buckets : [])
                Exchange(bucket);
        }
        if (!isExchanged)
            tree?.Add(number);
    }

    private void Finished(ParameterSlice slice)
    {
        if (exchange!.CompletedBy(slice) is { } bucket)
            Exchange(bucket);
    }

    private void Exchange(GradientBucket bucket)
    {
        tree?.Add(plan.Count - 1, bucket.First, bucket.Length);
        exchange!.Begin();
    }

    /// <summary>Fills the batch with the rows of a shard, if it has any.</summary>
    private StepContext Gather(ImagePass pass, int batchRows, int shard, uint purpose = RandomPurpose.Latent)
    {
        var (first, rows) = plan.RowsOf(shard, batchRows);
        if (rows > 0)
            pass.Gather(vae, batch, rows, first);
        return new StepContext(pass.Control, rows, purpose) { Shard = new(shard, first, batchRows, statistics) };
    }
}
