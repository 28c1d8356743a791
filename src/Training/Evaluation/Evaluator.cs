using System.IO.Hashing;
using System.Runtime.InteropServices;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Evaluation;

/// <summary>Evaluates a trained model. What comes out follows from model, images, draws and seed alone: not from the device.</summary>
/// <param name="accelerator">The device.</param>
/// <param name="model">The model.</param>
/// <param name="parameters">Its parameters.</param>
public sealed class Evaluator(Accelerator accelerator, ModelConfiguration model, float[] parameters)
{
    /// <summary>Fixed, for the noise is numbered by the batch.</summary>
    private const int Batch = 256;

    /// <summary>Draws that share launches, and outputs of the decoder for them, so that caches hold most of these.</summary>
    private const int MostAtOnce = 6, MostOutputs = 1 << 21;

    /// <summary>Evaluates on <paramref name="images"/> with <paramref name="samples"/> draws z of q(z∣x) for each.</summary>
    /// <param name="images">Images of the model's size.</param>
    /// <param name="samples">K; memory grows with its root alone.</param>
    /// <param name="seed">What the draws follow from.</param>
    /// <param name="told">Hears of the part that is done, 0 to 1.</param>
    /// <param name="stop">Looked at between draws.</param>
    /// <param name="communicator">
    /// Processes that share the batches, each of which makes the same call; no bit of the report depends on how many there are.
    /// </param>
    /// <exception cref="RunException">The parameters are not as many as the model has, or the processes differ.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public EvaluationReport Evaluate(
        ExampleSet images, int samples, uint seed, Action<double>? told, CancellationToken stop, ICommunicator? communicator = null) =>
        Evaluate(images, samples, seed, told, stop, DrawsAtOnce(samples), communicator);

    /// <summary>The same with <paramref name="atOnce"/> draws sharing launches, a divisor of all: no bit depends on it.</summary>
    internal EvaluationReport Evaluate(
        ExampleSet images, int samples, uint seed, Action<double>? told, CancellationToken stop, int atOnce,
        ICommunicator? communicator = null)
    {
        if (communicator is not null)
            Agree(communicator, images, samples, seed);
        using var inference = new BatchInference(accelerator, model, parameters, Batch, atOnce);
        var latent = new LatentStatistics(model.Latent);
        var likelihood = new LikelihoodStatistics(samples);
        foreach (var batches in inference.Batches(images.Count, stop).Chunk(communicator?.Size ?? 1))
        {
            int own = communicator?.Rank ?? 0;
            EvaluatedBatch? computed = own < batches.Length ? Compute(batches[own].First, batches[own].Rows) : null;
            foreach (EvaluatedBatch batch in Exchanged(computed, communicator))
            {
                likelihood.Add(batch.Running, batch.Tails);
                latent.Add(batch.Encoded, batch.Prior, batch.Rows);
            }
            told?.Invoke((double)(batches[^1].First + batches[^1].Rows) / images.Count);
        }
        return Report(images.Count, samples, latent, likelihood);

        EvaluatedBatch Compute(int first, int rows)
        {
            var tails = new WeightTail[samples < WeightTail.FewestDraws ? 0 : rows];
            for (var row = 0; row < tails.Length; row++)
                tails[row] = new WeightTail(samples);
            inference.Encode(images, first, rows);
            float[] running = inference.Draw(first, rows, samples, seed, stop, () => AddWeights(inference, tails, atOnce));
            var (encoded, prior) = inference.Codes(rows);
            return new(running, encoded, prior, Array.ConvertAll(tails, tail => tail.Shape()));
        }
    }

    /// <summary>The batches of all processes, in their order.</summary>
    private static IEnumerable<EvaluatedBatch> Exchanged(EvaluatedBatch? own, ICommunicator? communicator) => communicator is null
        ? [own!]
        : communicator.Gather(own?.ToBytes() ?? []).Where(bytes => bytes.Length > 0).Select(bytes => EvaluatedBatch.Of(bytes));

    private void Agree(ICommunicator communicator, ExampleSet images, int samples, uint seed) => new Agreement()
        .Add("the hash of the images", DataFingerprint.Of(images))
        .Add("the hash of the parameters", Convert.ToHexStringLower(XxHash128.Hash(MemoryMarshal.AsBytes(parameters.AsSpan()))))
        .Add("the number of draws", samples.ToString(CultureInfo.InvariantCulture))
        .Add("the seed", seed.ToString(CultureInfo.InvariantCulture))
        .Check(communicator);

    private int DrawsAtOnce(int samples)
    {
        var shape = model.Shape;
        int outputs = shape.OutputColumns(shape.Likelihood.Outputs(shape.LikelihoodSettings));
        int most = Math.Clamp(MostOutputs / (Batch * outputs), 1, MostAtOnce);
        return Enumerable.Range(1, most).Last(count => samples % count == 0);
    }

    /// <summary>Takes the weights of the last draws, log w = log p(z)/q(z∣x) − loss, a row for each image.</summary>
    private static void AddWeights(BatchInference inference, WeightTail[] tails, int draws)
    {
        var ratios = DeviceArrays.Read(inference.Vae.Posterior.LogRatios, tails.Length * draws);
        var losses = DeviceArrays.Read(inference.Vae.Decoder.Loss, tails.Length * draws);
        for (var i = 0; i < ratios.Length; i++)
            tails[i / draws].Add(ratios[i] - losses[i]);
    }

    private EvaluationReport Report(int images, int samples, LatentStatistics latent, LikelihoodStatistics likelihood)
    {
        var kl = latent.Kl;
        bool hasLikelihood = model.HasLikelihood;
        double? elbo = hasLikelihood ? -likelihood.Distortion - kl.Sum() : null;
        return new EvaluationReport
        {
            Images = images,
            ImportanceSamples = samples,
            Elbo = elbo,
            Rate = kl.Sum(),
            Distortion = likelihood.Distortion,
            LogLikelihood = hasLikelihood ? likelihood.Mean : null,
            LogLikelihoodStderr = hasLikelihood ? likelihood.Stderr : null,
            ImportanceStderr = hasLikelihood ? likelihood.ImportanceStderr : null,
            ParetoK = hasLikelihood ? likelihood.ParetoK : null,
            HeavyTails = hasLikelihood ? likelihood.HeavyTails : null,
            BitsPerDim = -elbo / (model.DataDimensions * Math.Log(2)),
            ActiveUnits = latent.ActiveUnits,
            AggregatePosteriorKl = latent.AggregateKl,
            KlPerDimension = kl,
        };
    }
}
