using VaeGpu.Kernels.Latent;

namespace VaeGpu.Layers.Models;

/// <summary>The draws z of q(z∣x), their divergence from the prior, and the backward pass through both.</summary>
public sealed class Posterior
{
    private readonly LatentLauncher launcher;
    private readonly MatrixLauncher matrices;
    private readonly VaeShape shape;
    private readonly Floats gates, terms, weights, means, bounds;
    private bool hasRatios;

    /// <summary>Allocates room for a batch in <paramref name="workspace"/>, and for its draws in <paramref name="draws"/>.</summary>
    public Posterior(Workspace workspace, Workspace draws, VaeShape shape)
    {
        this.shape = shape;
        launcher = new LatentLauncher(workspace.Accelerator, shape.Prior);
        matrices = workspace.Matrices;
        Latent = draws.Allocate(shape.LatentDimensions);
        LatentGradient = draws.AllocateGradient(shape.LatentDimensions);
        Divergence = workspace.Allocate(1);
        gates = workspace.Allocate(shape.LatentDimensions);
        gates.CopyFromCPU(Filled(gates, 1f));
        terms = workspace.Allocate(shape.LatentDimensions);
        LogRatios = draws.Allocate(1);
        weights = draws.Allocate(1);
        weights.CopyFromCPU(Filled(weights, 1f / shape.Samples));
        means = workspace.Allocate(1);
        bounds = shape.Objective.WeighsDraws ? workspace.Allocate(1) : default;
    }

    /// <summary>z, (batch·L, d), the draws of an example one below the other.</summary>
    public Floats Latent { get; }
    /// <summary>The gradient of z: to be written before <see cref="Backward"/>.</summary>
    public Floats LatentGradient { get; }
    /// <summary>KL of each row by its formula, in nats, without weight: whatever the objective.</summary>
    public Floats Divergence { get; }

    /// <summary>log p(z) − log q(z∣x) of each draw, (batch·L), after <see cref="Weigh"/> or <see cref="Draw"/>.</summary>
    public Floats LogRatios { get; }

    /// <summary>Computes <see cref="Latent"/> and <see cref="Divergence"/>.</summary>
    public void Forward(Floats encoded, Floats prior, StepContext step)
    {
        hasRatios = false;
        launcher.Forward(encoded, prior, Latent, Divergence, step.Control, Sizes(step), terms);
    }

    /// <summary>The mean loss of each row's draws, (batch).</summary>
    public Floats MeanOfDraws(Floats losses, int rows)
    {
        if (shape.Samples == 1)
            return losses;
        launcher.Mean(losses, means, Sizes(new(default, rows)));
        return means;
    }

    /// <summary>
    /// Gives the gradient of the decoder's output, (batch·L, columns), each draw's weight; called between the two halves of the
    /// decoder's backward pass. Draws of the ELBO weigh alike already.
    /// </summary>
    public void Weigh(Floats encoded, Floats prior, Floats losses, Floats gradient, int columns, StepContext step)
    {
        if (!shape.Objective.WeighsDraws)
            return;
        LatentShape sizes = Sizes(step);
        launcher.LogRatio(encoded, prior, Latent, LogRatios, step.Control, sizes);
        hasRatios = true;
        launcher.Weigh(losses, LogRatios, weights, step.Control, sizes);
        launcher.Scale(gradient, weights, new MatrixShape { Rows = step.Rows * shape.Samples, Columns = columns }, shape.Samples);
    }

    /// <summary>The importance-weighted bound of each row, (batch), with a weight for each term; for objectives that weigh draws.</summary>
    public Floats Bound(Floats encoded, Floats prior, Floats losses, StepContext step, float likelihoodWeight, float divergenceWeight)
    {
        LatentShape sizes = Sizes(step);
        if (!hasRatios)
            launcher.LogRatio(encoded, prior, Latent, LogRatios, step.Control, sizes);
        launcher.Bound(losses, LogRatios, bounds, sizes, likelihoodWeight, divergenceWeight);
        return bounds;
    }

    /// <summary>Writes Σ KL of each dimension over the rows of a shard to its <see cref="BatchStatistics"/>; for free bits.</summary>
    public void Measure(Floats encoded, Floats prior, StepContext step)
    {
        if (shape.FreeBits == 0)
            return;
        BatchShard shard = step.Shard!.Value;
        launcher.Divergence(encoded, prior, terms, Sizes(step));
        matrices.SumColumns(
            terms, shard.Statistics!.DivergencesOf(shard.Index), new MatrixShape { Rows = step.Rows, Columns = shape.LatentDimensions });
    }

    /// <summary>Computes the gradients of the encoder's output and of the prior's numbers.</summary>
    public void Backward(Floats encoded, Floats prior, Floats encodedGradient, Floats priorGradient, StepContext step)
    {
        LatentShape sizes = Sizes(step);
        if (!shape.Objective.HasFormula)
        {
            launcher.WeightedBackward(encoded, prior, Latent, weights, LatentGradient, encodedGradient, priorGradient, step.Control, sizes);
            return;
        }
        if (shape.FreeBits > 0)
            Gate(encoded, prior, step);
        launcher.Backward(encoded, prior, gates, LatentGradient, encodedGradient, priorGradient, step.Control, sizes);
    }

    /// <summary>
    /// Draws <see cref="Latent"/> from draw number <paramref name="first"/> on, with <see cref="LogRatios"/>: evaluation.
    /// </summary>
    public void Draw(Floats encoded, Floats prior, StepContext step, int first) =>
        launcher.Draw(encoded, prior, Latent, LogRatios, step.Control, Sizes(step) with { FirstSample = first });

    /// <summary>Takes p(x, z)/q(z∣x) of those draws, and their losses, into <see cref="Importance.Accumulate"/>'s sums.</summary>
    public void Accumulate(Floats losses, Floats running, StepContext step) =>
        launcher.Accumulate(losses, LogRatios, running, Sizes(step));

    private void Gate(Floats encoded, Floats prior, StepContext step)
    {
        var rows = new MatrixShape { Rows = step.Rows, Columns = shape.LatentDimensions };
        if (step.Shard is { Statistics: { } sums } shard)
        {
            launcher.Gate(sums.Divergences, gates, rows with { Rows = sums.Shards }, shard.BatchRows, shape.FreeBits);
            return;
        }
        launcher.Divergence(encoded, prior, terms, Sizes(step));
        launcher.Gate(terms, gates, rows, step.Rows, shape.FreeBits);
    }

    private LatentShape Sizes(StepContext step) => new()
    {
        Rows = step.Rows, Columns = shape.LatentDimensions, Samples = shape.Samples, Purpose = step.Purpose,
        FirstRow = step.Shard?.First ?? 0, BatchRows = step.Shard?.BatchRows ?? 0,
    };

    private static float[] Filled(Floats view, float value)
    {
        var values = new float[view.Length];
        Array.Fill(values, value);
        return values;
    }
}
