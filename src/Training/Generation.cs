using VaeGpu.Kernels;
using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Uses;

namespace VaeGpu.Training;

/// <summary>A trained model at work: from latent vectors to data, from data to latent vectors, and what it thinks of data.</summary>
public sealed class Generation : IDisposable
{
    private const int MaximalBatch = 128;
    private readonly ModelConfiguration model;
    private readonly Vae vae;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> batch;
    private readonly MemoryBuffer1D<ControlBlock, Stride1D.Dense> control;

    /// <summary>Builds the model with the given parameters.</summary>
    /// <exception cref="RunException">The parameters are not as many as the model has.</exception>
    public Generation(Accelerator accelerator, ModelConfiguration model, float[] parameters)
    {
        this.model = model;
        vae = new Vae(accelerator, model.Shape, MaximalBatch);
        if (vae.Parameters.Layout.Length != parameters.Length)
        {
            var expected = vae.Parameters.Layout.Length;
            vae.Dispose();
            throw new RunException($"The checkpoint holds {parameters.Length} parameters where the model has {expected}.");
        }
        vae.Parameters.Parameters.CopyFromCPU(parameters);
        batch = accelerator.Allocate1D<float>((long)MaximalBatch * model.DataDimensions);
        control = accelerator.Allocate1D(new ControlBlock[1]);
    }

    /// <summary>Columns of an image.</summary>
    public int Width => model.Width;

    /// <summary>Rows of an image.</summary>
    public int Height => model.Height;

    /// <summary>Channels of an image.</summary>
    public int Channels => model.Channels;

    /// <summary>Latent dimensions d.</summary>
    public int Latent => model.Latent;

    /// <summary>
    /// <paramref name="count"/> draws z of N(0, I), shape (count, d). A draw depends on <paramref name="seed"/> and its number alone.
    /// </summary>
    public float[] Prior(int count, uint seed)
    {
        var latent = new float[checked(count * model.Latent)];
        for (var i = 0; i < latent.Length; i++)
        {
            var words = Philox.Draw(seed, RandomPurpose.Prior, 0, (uint)i);
            latent[i] = Philox.Normal(words.A, words.B);
        }
        return latent;
    }

    /// <summary>E[x∣z] for <paramref name="count"/> draws z of the prior, as grey levels, shape (count, D).</summary>
    public byte[] Sample(int count, uint seed, CancellationToken stop) => DecodeGrey(Prior(count, seed), stop);

    /// <summary>E[x∣z] at the mean z of q(z∣x) for each x of <paramref name="inputs"/>; both are grey levels, shape (count, D).</summary>
    /// <exception cref="RunException">The inputs are not whole images of the model's size.</exception>
    public byte[] Reconstruct(ReadOnlySpan<byte> inputs, CancellationToken stop)
    {
        if (inputs.Length % model.DataDimensions != 0)
            throw new RunException($"The model takes images of {Width}×{Height} pixels.");
        return DecodeGrey(Encode(new ImageSet(inputs.ToArray(), null, model.DataDimensions, 1), stop).Means, stop);
    }

    /// <summary>q(z∣x) for each x of <paramref name="data"/>.</summary>
    public LatentCodes Encode(ImageSet data, CancellationToken stop)
    {
        int latent = model.Latent;
        var codes = new LatentCodes(latent, new float[checked(data.Count * latent)], new float[data.Count * latent]);
        foreach (var (first, rows) in Batches(data.Count, stop))
        {
            Load(data, first, rows);
            vae.Encoder.Forward(vae.Parameters, batch.View, control.View, rows, RandomPurpose.Evaluation);
            var encoded = Read(vae.Encoder.Encoded, rows * 2 * latent);
            for (var row = 0; row < rows; row++)
            {
                encoded.AsSpan(2 * row * latent, latent).CopyTo(codes.Means.AsSpan((first + row) * latent));
                for (var i = 0; i < latent; i++)
                    codes.Deviations[(first + row) * latent + i] = MathF.Exp(0.5f * encoded[(2 * row + 1) * latent + i]);
            }
        }
        return codes;
    }

    /// <summary>E[x∣z] for each z of <paramref name="latent"/>, shape (count, d), as grey levels, shape (count, D).</summary>
    public byte[] DecodeGrey(ReadOnlySpan<float> latent, CancellationToken stop) =>
        Array.ConvertAll(Decode(latent, stop), mean => (byte)MathF.Round(255 * Math.Clamp(mean, 0f, 1f)));

    /// <summary>E[x∣z] for each z of <paramref name="latent"/>, shape (count, d); the result has the shape (count, D).</summary>
    public float[] Decode(ReadOnlySpan<float> latent, CancellationToken stop)
    {
        int d = model.Latent, size = model.DataDimensions;
        var means = new float[checked(latent.Length / d * size)];
        foreach (var (first, rows) in Batches(latent.Length / d, stop))
        {
            vae.Encoder.Latent.SubView(0, rows * d).CopyFromCPU(latent.Slice(first * d, rows * d).ToArray());
            vae.Decoder.Forward(vae.Parameters, vae.Encoder.Latent, rows);
            vae.Decoder.Mean(batch.View, rows);
            Read(batch.View, rows * size).CopyTo(means, first * size);
        }
        return means;
    }

    /// <summary>What the model thinks of each x of <paramref name="data"/>, by <paramref name="samples"/> draws z of q(z∣x) for each.</summary>
    public ExampleScore[] Score(ImageSet data, int samples, uint seed, CancellationToken stop)
    {
        var scores = new ExampleScore[data.Count];
        var step = 1;
        foreach (var (first, rows) in Batches(data.Count, stop))
        {
            Load(data, first, rows);
            var estimates = Array.ConvertAll(new ImportanceEstimate[rows], _ => new ImportanceEstimate());
            for (var sample = 0; sample < samples; sample++, step++)
            {
                stop.ThrowIfCancellationRequested();
                control.CopyFromCPU([new ControlBlock { Seed = seed, Step = step }]);
                vae.Forward(batch.View, control.View, rows, RandomPurpose.Evaluation);
                vae.Decoder.EvaluateLoss(batch.View, rows);
                Add(estimates, rows);
            }
            var divergence = Read(vae.Encoder.Divergence, rows);
            for (var row = 0; row < rows; row++)
                scores[first + row] = estimates[row].Score(divergence[row]);
        }
        return scores;
    }

    /// <summary>Frees the device memory.</summary>
    public void Dispose()
    {
        vae.Dispose();
        batch.Dispose();
        control.Dispose();
    }

    private void Add(ImportanceEstimate[] estimates, int rows)
    {
        int d = model.Latent;
        var encoded = Read(vae.Encoder.Encoded, rows * 2 * d);
        var latent = Read(vae.Encoder.Latent, rows * d);
        var losses = Read(vae.Decoder.Loss, rows);
        for (var row = 0; row < rows; row++)
        {
            estimates[row].Add(
                losses[row], latent.AsSpan(row * d, d), encoded.AsSpan(2 * row * d, d), encoded.AsSpan((2 * row + 1) * d, d));
        }
    }

    private void Load(ImageSet data, int first, int rows)
    {
        var values = new float[rows * model.DataDimensions];
        data.CopyTo(first, values);
        batch.View.SubView(0, values.Length).CopyFromCPU(values);
    }

    private static IEnumerable<(int First, int Rows)> Batches(int count, CancellationToken stop)
    {
        for (var first = 0; first < count; first += MaximalBatch)
        {
            stop.ThrowIfCancellationRequested();
            yield return (first, Math.Min(MaximalBatch, count - first));
        }
    }

    private static float[] Read(ArrayView<float> view, int length)
    {
        var values = new float[length];
        view.SubView(0, length).CopyToCPU(values);
        return values;
    }
}
