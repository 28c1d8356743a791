using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Layers.Models;

/// <summary>
/// p(x∣z), or p(x∣z, y) where there are labels: a chain of layers that gives the likelihood's outputs for every number of an example,
/// and logits for every categorical column. −log p(x∣z) is the sum over both.
/// </summary>
public sealed class Decoder : IDisposable
{
    private readonly LikelihoodLauncher launcher;
    private readonly CategoricalLauncher? categorical;
    private readonly MatrixLauncher matrices;
    private readonly ReconstructionShape shape;

    /// <summary>
    /// Declares the parameters under "decoder"; "decoder.variance" is log σ² − log σ₀² of a Gaussian of one variance.
    /// <paramref name="labels"/>, (batch, classes), are read where there are classes, each for all draws of an example.
    /// <paramref name="categorical"/> has the kernels of categorical columns, where there are any.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The outputs of the largest batch are 2³¹ or more.</exception>
    public Decoder(Workspace workspace, ParameterLayout layout, VaeShape shape, Floats labels, CategoricalLauncher? categorical = null)
    {
        launcher = new LikelihoodLauncher(workspace.Accelerator, shape.Likelihood, shape.LikelihoodSettings);
        this.categorical = categorical;
        matrices = workspace.Matrices;
        this.shape = new()
        {
            Columns = shape.Numbers, OtherColumns = shape.Categories.Count, OtherOutputs = shape.Categories.Sum(),
        };
        ThrowIfTooMany(launcher.Outputs, shape, workspace.MaximalBatch);
        var network = new NetworkBuilder(workspace, layout, "decoder", shape.LatentDimensions).Labels(labels, shape.Classes, shape.Samples);
        shape.Layers.AddDecoder(network, shape, launcher.Outputs);
        Network = network.Build();
        Variance = launcher.Variance is null ? null : layout.Add("decoder.variance", 1, 1, InitialDistribution.Zeros);
        Loss = workspace.Allocate(1);
    }

    /// <summary>The layers from z, with labels where there are classes, to <see cref="Outputs"/>.</summary>
    public Network Network { get; }

    /// <summary>log σ² − log σ₀² of a Gaussian of one variance; null where there is none.</summary>
    public ParameterSlice? Variance { get; }

    /// <summary>
    /// The likelihood's outputs, (batch, K·N), and beside them the logits of categorical columns; <see cref="LossAndGradient"/> overwrites
    /// them with their gradient.
    /// </summary>
    public Floats Outputs => Network.Output;

    /// <summary>−log p(x∣z) of each row, in nats, without weight.</summary>
    public Floats Loss { get; }

    /// <summary>Computes <see cref="Outputs"/>.</summary>
    public void Forward(Floats latent, int rows)
    {
        Network.Forward(latent, rows);
        if (Variance is not null)
            launcher.Variance!.Prepare(Variance.Values);
    }

    /// <summary>
    /// Computes <see cref="Loss"/>, the gradient of the outputs in their place, and what one variance for all dimensions needs; each row
    /// of <paramref name="data"/> has as many rows of outputs as there are <paramref name="draws"/>.
    /// </summary>
    public void LossAndGradient(Floats data, StepContext step, int draws = 1)
    {
        ReconstructionShape sizes = Shape(step.Rows) with { Repeats = draws, BatchRows = draws * (step.Shard?.BatchRows ?? 0) };
        if (step.Shard is { Statistics: { } sums } shard)
            FitVariance(sums, draws * shard.BatchRows);
        else if (launcher.Likelihood.Variance == VarianceSource.BatchOptimal)
            launcher.Variance!.Fit(data, Outputs, Loss, Variance!.Values, sizes);
        launcher.LossAndGradient(data, Outputs, Loss, step.Control, sizes);
        if (launcher.Likelihood.Variance == VarianceSource.Learned)
            launcher.Variance!.Gradient(Loss, Variance!.Values, Variance.Gradient, step.Control, sizes);
        categorical?.LossAndGradient(data, Outputs, Loss, step.Control, step.Rows, draws, sizes.BatchRows);
    }

    /// <summary>
    /// Writes Σ(x − μ)² over the rows of a shard to its <see cref="BatchStatistics"/>; for a variance that is fitted to the batch.
    /// </summary>
    public void Measure(Floats data, StepContext step, int draws)
    {
        BatchShard shard = step.Shard!.Value;
        int rows = draws * step.Rows;
        launcher.Variance!.SquaredErrors(data, Outputs, Loss, Shape(rows) with { Repeats = draws });
        matrices.SumRows(Loss, shard.Statistics!.SquaredErrorOf(shard.Index), new MatrixShape { Rows = 1, Columns = rows });
    }

    /// <summary>Computes <see cref="Loss"/> alone: evaluation. A batch-optimal variance is that of the last training step.</summary>
    public void EvaluateLoss(Floats data, int rows, int draws = 1)
    {
        launcher.Loss(data, Outputs, Loss, Shape(rows) with { Repeats = draws });
        categorical?.Loss(data, Outputs, Loss, rows, draws);
    }

    /// <summary>Writes the mean of p(x∣z), (batch, D); of a categorical column the code of its most probable category.</summary>
    public void Mean(Floats means, int rows)
    {
        launcher.Mean(Outputs, means, Shape(rows));
        categorical?.Mode(Outputs, means, rows);
    }

    /// <summary>Writes a draw from p(x∣z), (batch, D).</summary>
    public void Sample(Floats samples, ArrayView<ControlBlock> control, int rows)
    {
        launcher.Sample(Outputs, samples, control, Shape(rows));
        categorical?.Sample(Outputs, samples, control, rows);
    }

    /// <summary>Fits the variance to a batch of so many drawn rows, where the likelihood has one that is fitted.</summary>
    internal void FitVariance(BatchStatistics sums, int batchRows)
    {
        if (launcher.Likelihood.Variance == VarianceSource.BatchOptimal)
            launcher.Variance!.Fit(sums.SquaredErrors, Variance!.Values, Shape(sums.Shards) with { BatchRows = batchRows });
    }

    /// <summary>The tensors in the order in which <see cref="Backward"/> has their gradients.</summary>
    public IEnumerable<ParameterSlice> GradientOrder => Variance is null ? Network.GradientOrder : [Variance, .. Network.GradientOrder];

    /// <summary>Computes the gradients of the parameters and of the latent; called after <see cref="LossAndGradient"/>.</summary>
    public void Backward(Floats latent, Floats latentGradient, int rows, Action<ParameterSlice>? finished = null)
    {
        if (Variance is not null)
            finished?.Invoke(Variance);
        Network.Backward(latent, rows, finished);
        Network.BackwardInput(latentGradient, rows);
    }

    /// <summary>The matrix products and convolutions of a training step, for a batch.</summary>
    public IEnumerable<LayerProduct> Products(int rows) => Network.Products(rows, toInput: true);

    /// <summary>Frees the likelihood's settings.</summary>
    public void Dispose() => launcher.Dispose();

    private static void ThrowIfTooMany(int outputs, VaeShape shape, int rows)
    {
        long ofRow = (long)outputs * shape.Numbers + shape.Categories.Sum();
        if (ofRow * rows > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(rows), rows,
                $"The decoder gives {ofRow} numbers for each row: too many for one batch of so many rows.");
        }
    }

    private ReconstructionShape Shape(int rows) => shape with { Rows = rows };
}
