using VaeGpu.Kernels;
using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Evaluation;

/// <summary>Evaluates a trained model. What comes out follows from model, images, draws and seed alone: not from the device.</summary>
public sealed class Evaluator : IDisposable
{
    /// <summary>Fixed, for the noise is numbered by the batch.</summary>
    private const int Batch = 256;
    private readonly Accelerator accelerator;
    private readonly ModelConfiguration model;
    private readonly StepLauncher launcher;
    private readonly Vae vae;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> batch, running;

    /// <summary>Builds the model with the given parameters.</summary>
    /// <exception cref="RunException">The parameters are not as many as the model has.</exception>
    public Evaluator(Accelerator accelerator, ModelConfiguration model, float[] parameters)
    {
        (this.accelerator, this.model) = (accelerator, model);
        launcher = new StepLauncher(accelerator);
        vae = new Vae(accelerator, model.Shape, Batch, trains: false);
        if (vae.Parameters.Layout.Length != parameters.Length)
            throw new RunException($"The checkpoint holds {parameters.Length} parameters where the model has {vae.Parameters.Layout.Length}.");
        vae.Parameters.Parameters.CopyFromCPU(parameters);
        batch = accelerator.Allocate1D<float>((long)Batch * model.DataDimensions);
        running = accelerator.Allocate1D<float>(Batch * Importance.RunningSums);
    }

    /// <summary>Evaluates on <paramref name="images"/> with <paramref name="samples"/> draws z of q(z∣x) for each.</summary>
    /// <param name="images">Images of the model's size.</param>
    /// <param name="samples">K; memory grows with its root alone.</param>
    /// <param name="seed">What the draws follow from.</param>
    /// <param name="told">Hears of the part that is done, 0 to 1.</param>
    /// <param name="stop">Looked at between draws.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public EvaluationReport Evaluate(ImageSet images, int samples, uint seed, Action<double>? told, CancellationToken stop)
    {
        using var pass = new ImagePass(accelerator, launcher, images, shuffled: false, model.Classes);
        var latent = new LatentStatistics(model.Latent);
        var likelihood = new LikelihoodStatistics(samples);
        for (int first = 0, step = 1, rows; first < images.Count; first += rows, step++)
        {
            rows = Math.Min(Batch, images.Count - first);
            pass.Reset(new ControlBlock { Seed = seed, Step = step, Position = first, LikelihoodWeight = 1, DivergenceWeight = 1 },
                default);
            pass.Gather(vae, batch.View, rows);
            vae.Encode(batch.View, rows);
            running.CopyFromCPU(RunningSums.Started(Batch));
            var tails = new WeightTail[samples < WeightTail.FewestDraws ? 0 : rows];
            for (var row = 0; row < tails.Length; row++)
                tails[row] = new WeightTail(samples);
            for (var sample = 0; sample < samples; sample++)
            {
                stop.ThrowIfCancellationRequested();
                vae.AccumulateDraw(batch.View, running.View, pass.Control, rows, sample, RandomPurpose.Evaluation);
                AddWeights(tails);
            }
            likelihood.Add(running.GetAsArray1D().AsSpan(0, rows * Importance.RunningSums), tails);
            AddLatent(latent, rows);
            told?.Invoke((double)(first + rows) / images.Count);
        }
        return Report(images.Count, samples, latent, likelihood);
    }

    /// <summary>Frees the device memory.</summary>
    public void Dispose()
    {
        vae.Dispose();
        batch.Dispose();
        running.Dispose();
    }

    /// <summary>Takes the weights of the last draw, log w = log p(z)/q(z∣x) − loss, a row each.</summary>
    private void AddWeights(WeightTail[] tails)
    {
        var ratios = Read(vae.Posterior.LogRatios, tails.Length);
        var losses = Read(vae.Decoder.Loss, tails.Length);
        for (var row = 0; row < tails.Length; row++)
            tails[row].Add(ratios[row] - losses[row]);
    }

    private void AddLatent(LatentStatistics statistics, int rows)
    {
        var encoded = Read(vae.Encoder.Output, rows * 2 * model.Latent);
        var width = vae.Prior.Columns;
        var prior = Read(vae.Prior.Output, rows * width);
        for (var row = 0; row < rows; row++)
            statistics.Add(encoded.AsSpan(row * 2 * model.Latent, 2 * model.Latent), prior.AsSpan(row * width, width));
    }

    private EvaluationReport Report(int images, int samples, LatentStatistics latent, LikelihoodStatistics likelihood)
    {
        var kl = latent.Kl;
        bool isLaw = model.HasLikelihood;
        double? elbo = isLaw ? -likelihood.Distortion - kl.Sum() : null;
        return new EvaluationReport
        {
            Images = images,
            ImportanceSamples = samples,
            Elbo = elbo,
            Rate = kl.Sum(),
            Distortion = likelihood.Distortion,
            LogLikelihood = isLaw ? likelihood.Mean : null,
            LogLikelihoodStderr = isLaw ? likelihood.Stderr : null,
            ImportanceStderr = isLaw ? likelihood.ImportanceStderr : null,
            ParetoK = isLaw ? likelihood.ParetoK : null,
            HeavyTails = isLaw ? likelihood.HeavyTails : null,
            BitsPerDim = -elbo / (model.DataDimensions * Math.Log(2)),
            ActiveUnits = latent.ActiveUnits,
            AggregatePosteriorKl = latent.AggregateKl,
            KlPerDimension = kl,
        };
    }

    private static float[] Read(ArrayView<float> view, int length)
    {
        var values = new float[length];
        if (length > 0)
            view.SubView(0, length).CopyToCPU(values);
        return values;
    }
}
