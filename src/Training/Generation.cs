using VaeGpu.Kernels;
using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training;

/// <summary>Makes images with a trained model: from latent vectors of the prior, or from other images.</summary>
public sealed class Generation : IDisposable
{
    private const int MaximalBatch = 128;
    private readonly ModelConfiguration model;
    private readonly Vae vae;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> images;

    /// <summary>Builds the model with the given parameters.</summary>
    /// <exception cref="RunException">The parameters are not as many as the model has.</exception>
    public Generation(Accelerator accelerator, ModelConfiguration model, float[] parameters)
    {
        this.model = model;
        vae = new Vae(accelerator, model.Shape, MaximalBatch);
        if (vae.Parameters.Layout.Length != parameters.Length)
            throw new RunException($"The checkpoint holds {parameters.Length} parameters where the model has {vae.Parameters.Layout.Length}.");
        vae.Parameters.Parameters.CopyFromCPU(parameters);
        images = accelerator.Allocate1D<float>((long)MaximalBatch * model.DataDimensions);
    }

    /// <summary>Columns of an image.</summary>
    public int Width => model.Width;

    /// <summary>Rows of an image.</summary>
    public int Height => model.Height;

    /// <summary>
    /// E[x∣z] for <paramref name="count"/> draws z of N(0, I), as grey levels, shape (count, height·width). A draw depends on
    /// <paramref name="seed"/> and its number alone.
    /// </summary>
    public byte[] Sample(int count, uint seed, CancellationToken stop)
    {
        var grey = new byte[checked(count * model.DataDimensions)];
        for (int first = 0, rows; first < count; first += rows)
        {
            stop.ThrowIfCancellationRequested();
            rows = Math.Min(MaximalBatch, count - first);
            var latent = new float[rows * model.Latent];
            for (var i = 0; i < latent.Length; i++)
            {
                var words = Philox.Draw(seed, RandomPurpose.Prior, 0, (uint)(first * model.Latent + i));
                latent[i] = Philox.Normal(words.A, words.B);
            }
            Decode(latent, rows, grey.AsSpan(first * model.DataDimensions));
        }
        return grey;
    }

    /// <summary>E[x∣z] at the mean z of q(z∣x) for each x of <paramref name="inputs"/>; both are grey levels, shape (count, height·width).</summary>
    /// <exception cref="RunException">The inputs are not whole images of the model's size.</exception>
    public byte[] Reconstruct(ReadOnlySpan<byte> inputs, CancellationToken stop)
    {
        var size = model.DataDimensions;
        if (inputs.Length % size != 0)
            throw new RunException($"The model takes images of {Width}×{Height} pixels.");
        var grey = new byte[inputs.Length];
        for (int first = 0, rows; first < inputs.Length / size; first += rows)
        {
            stop.ThrowIfCancellationRequested();
            rows = Math.Min(MaximalBatch, inputs.Length / size - first);
            var values = new float[rows * size];
            for (var i = 0; i < values.Length; i++)
                values[i] = inputs[first * size + i] / 255f;
            Decode(Means(values, rows), rows, grey.AsSpan(first * size));
        }
        return grey;
    }

    /// <summary>Frees the device memory.</summary>
    public void Dispose()
    {
        vae.Dispose();
        images.Dispose();
    }

    /// <summary>μ of q(z∣x), shape (rows, d): the left half of the encoder's output.</summary>
    private float[] Means(float[] values, int rows)
    {
        images.CopyFromCPU(values);
        vae.Encode(images.View, rows);
        var encoded = new float[rows * 2 * model.Latent];
        vae.Encoder.Encoded.SubView(0, encoded.Length).CopyToCPU(encoded);
        var means = new float[rows * model.Latent];
        for (var row = 0; row < rows; row++)
            encoded.AsSpan(row * 2 * model.Latent, model.Latent).CopyTo(means.AsSpan(row * model.Latent));
        return means;
    }

    private void Decode(float[] latent, int rows, Span<byte> grey)
    {
        vae.Posterior.Latent.SubView(0, latent.Length).CopyFromCPU(latent);
        vae.Decode(rows);
        vae.Decoder.Mean(images.View, rows);
        var means = new float[rows * model.DataDimensions];
        images.View.SubView(0, means.Length).CopyToCPU(means);
        for (var i = 0; i < means.Length; i++)
            grey[i] = (byte)MathF.Round(255 * Math.Clamp(means[i], 0f, 1f));
    }
}
