using VaeGpu.Training.Configuration;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Optimization;

/// <summary>
/// The sum of the losses of each shard of a batch. Each process fills in those of its shards; added up over the processes, they are the
/// same everywhere.
/// </summary>
internal sealed class ShardLosses : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> sums;
    private readonly MatrixLauncher launcher;
    private readonly ObjectiveConfiguration objective;
    private readonly ICommunicator? communicator;
    private readonly HostMirror? mirror;
    private IPendingSum? pending;

    /// <summary>Allocates room for the sums of so many shards.</summary>
    public ShardLosses(Accelerator accelerator, int shards, ObjectiveConfiguration objective, ICommunicator? communicator)
    {
        (Shards, this.objective, this.communicator) = (shards, objective, communicator);
        launcher = new MatrixLauncher(accelerator);
        // Three for each shard, and one number that says whether to stop.
        sums = accelerator.Allocate1D<float>(3 * shards + 1);
        mirror = communicator is null ? null : new HostMirror(accelerator, sums.View);
    }

    /// <summary>The shards of a batch.</summary>
    public int Shards { get; }

    /// <summary>Σ −log p(x∣z) of each shard, (shards).</summary>
    public ArrayView<float> Likelihood => Of(0);

    /// <summary>Σ KL of each shard, (shards).</summary>
    public ArrayView<float> Divergence => Of(1);

    /// <summary>Σ of the bound of each shard, (shards), where the objective weighs draws.</summary>
    public ArrayView<float> Bound => Of(2);

    /// <summary>Sets all sums to 0.</summary>
    public void Clear()
    {
        ArrayView<float> all = sums.View;
        all.MemSetToZero();
    }

    /// <summary>Writes the sums of a shard, whose losses the model has.</summary>
    public void Put(Vae vae, StepContext step)
    {
        int shard = step.Shard!.Value.Index;
        Sum(vae.Loss(step.Rows), Likelihood);
        Sum(vae.Posterior.Divergence, Divergence);
        if (objective.Bound.WeighsDraws)
            Sum(objective.BoundOf(vae, step), Bound);

        void Sum(ArrayView<float> rows, ArrayView<float> all) =>
            launcher.SumRows(rows, all.SubView(shard, 1), new MatrixShape { Rows = 1, Columns = step.Rows });
    }

    /// <summary>Begins to add the sums up over all processes, and with them whether one of these is asked to stop.</summary>
    public void BeginExchange(bool stop)
    {
        if (communicator is null)
            return;
        mirror!.Load(0, mirror.Values.Length);
        mirror.Values.Span[^1] = stop ? 1 : 0;
        pending = communicator.BeginSum(mirror.Values);
    }

    /// <summary>Waits for the sums; true where a process is asked to stop.</summary>
    public bool EndExchange()
    {
        if (communicator is null)
            return false;
        pending!.Wait();
        mirror!.Store(0, mirror.Values.Length);
        return mirror.Values.Span[^1] > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => sums.Dispose();

    private ArrayView<float> Of(int term)
    {
        ArrayView<float> all = sums.View;
        return all.SubView(term * Shards, Shards);
    }
}
