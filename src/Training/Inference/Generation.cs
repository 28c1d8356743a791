using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Inference;

/// <summary>A trained model at work: from latent vectors to data, from data to latent vectors, and what it thinks of data.</summary>
public sealed class Generation : IDisposable
{
    private const int MaximalBatch = 128;
    private readonly ModelConfiguration model;
    private readonly BatchInference inference;
    private readonly Vae vae;

    /// <summary>Builds the model with the given parameters.</summary>
    /// <exception cref="RunException">The parameters are not as many as the model has.</exception>
    public Generation(Accelerator accelerator, ModelConfiguration model, float[] parameters)
        : this(model, new BatchInference(accelerator, model, parameters, MaximalBatch))
    {
    }

    /// <summary>Builds the model with a copy of parameters in the device's memory.</summary>
    internal Generation(Accelerator accelerator, ModelConfiguration model, ArrayView<float> parameters)
        : this(model, new BatchInference(accelerator, model, parameters, MaximalBatch))
    {
    }

    private Generation(ModelConfiguration model, BatchInference inference) =>
        (this.model, this.inference, vae) = (model, inference, inference.Vae);

    /// <summary>Columns of an image.</summary>
    public int Width => model.Width;

    /// <summary>Rows of an image.</summary>
    public int Height => model.Height;

    public int Channels => model.Channels;

    /// <summary>Latent dimensions d.</summary>
    public int Latent => model.Latent;

    /// <summary>Classes that the model is conditioned on; 0 for none.</summary>
    public int Classes => model.Classes;

    /// <summary><paramref name="count"/> draws of N(0, I), (count, d). A draw depends on <paramref name="seed"/> and its number.</summary>
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

    /// <summary>
    /// <see cref="DecodeBytes"/> of <paramref name="count"/> draws z of the prior, shape (count, D); of a conditional model with the
    /// given label, or with each in turn. With <paramref name="draw"/> they are draws x of p(x∣z), from the same seed.
    /// </summary>
    /// <param name="count">The number of draws.</param>
    /// <param name="seed">What they follow from.</param>
    /// <param name="stop">Cancels the work.</param>
    /// <param name="label">The label; null for each in turn.</param>
    /// <param name="draw">Whether x is drawn, too.</param>
    /// <param name="unseen">Labels that are left out of the turn: those of no example that was trained on.</param>
    public byte[] Sample(
        int count, uint seed, CancellationToken stop, byte? label = null, bool draw = false, IReadOnlyList<int>? unseen = null) =>
        Bytes(SampleExamples(count, seed, stop, label, draw, unseen));

    /// <summary>The same as the numbers of <see cref="DecodeExamples"/>, or of <see cref="Draw"/>.</summary>
    public float[] SampleExamples(
        int count, uint seed, CancellationToken stop, byte? label = null, bool draw = false, IReadOnlyList<int>? unseen = null)
    {
        byte[]? labels = LabelsFor(count, label, unseen);
        var latent = FromPriorUnits(Prior(count, seed), labels, stop);
        return draw ? Draw(latent, seed, stop, labels) : DecodeExamples(latent, stop, labels);
    }

    /// <summary>
    /// The labels of samples: the given one, or each in turn that is not <paramref name="unseen"/>; null where the model is not
    /// conditional.
    /// </summary>
    public byte[]? LabelsFor(int count, byte? label, IReadOnlyList<int>? unseen = null)
    {
        if (Classes == 0)
            return null;
        int[] turn = label is { } one ? [one] : [.. Enumerable.Range(0, Classes).Except(unseen ?? [])];
        return [.. Enumerable.Range(0, count).Select(i => (byte)turn[i % turn.Length])];
    }

    /// <summary>
    /// <see cref="DecodeBytes"/> of the mean z of q(z∣x) for each x of <paramref name="examples"/>, shape (count, D). A conditional model
    /// takes each x to be of its label, and decodes it as that or, at the same place in the prior, as <paramref name="label"/>.
    /// </summary>
    public byte[] Reconstruct(ExampleSet examples, CancellationToken stop, byte? label = null) =>
        Bytes(ReconstructExamples(examples, stop, label));

    /// <summary>The same as the numbers of <see cref="DecodeExamples"/>.</summary>
    public float[] ReconstructExamples(ExampleSet examples, CancellationToken stop, byte? label = null)
    {
        var codes = Encode(examples, stop).Means;
        if (label is not { } other)
            return DecodeExamples(codes, stop, examples.Labels);
        byte[] others = [.. Enumerable.Repeat(other, examples.Count)];
        return DecodeExamples(FromPriorUnits(ToPriorUnits(codes, examples.Labels, stop), others, stop), stop, others);
    }

    /// <summary>q(z∣x) for each x of <paramref name="data"/>.</summary>
    public LatentCodes Encode(ExampleSet data, CancellationToken stop)
    {
        int latent = model.Latent;
        var codes = new LatentCodes(latent, new float[checked(data.Count * latent)], new float[data.Count * latent]);
        foreach (var (first, rows) in inference.Batches(data.Count, stop))
        {
            inference.Encode(data, first, rows);
            var encoded = DeviceArrays.Read(vae.Encoder.Output, rows * 2 * latent);
            for (var row = 0; row < rows; row++)
            {
                encoded.AsSpan(2 * row * latent, latent).CopyTo(codes.Means.AsSpan((first + row) * latent));
                for (var i = 0; i < latent; i++)
                    codes.Deviations[(first + row) * latent + i] = MathF.Exp(0.5f * encoded[(2 * row + 1) * latent + i]);
            }
        }
        return codes;
    }

    /// <summary>
    /// The bytes of data for each z of <paramref name="latent"/>, shape (count, d), as <see cref="Bytes(ExampleSet)"/> has them, shape
    /// (count, D): the gray levels of E[x∣z], or the likeliest symbol of each place.
    /// </summary>
    /// <exception cref="ArgumentException">The model is conditional and there is not a label for each z.</exception>
    public byte[] DecodeBytes(ReadOnlySpan<float> latent, CancellationToken stop, byte[]? labels = null) =>
        Bytes(DecodeExamples(latent, stop, labels));

    /// <summary>
    /// The likeliest data for each z of <paramref name="latent"/>, shape (count, d), in numbers as <see cref="ExampleSet.CopyTo"/> gives
    /// them, shape (count, D): E[x∣z], the likeliest category of a categorical column, or the likeliest symbol of each place.
    /// </summary>
    /// <exception cref="ArgumentException">The model is conditional and there is not a label for each z.</exception>
    public float[] DecodeExamples(ReadOnlySpan<float> latent, CancellationToken stop, byte[]? labels = null)
    {
        if (model.Symbols == 0)
            return Decode(latent, stop, labels);
        int size = model.DataDimensions;
        var symbols = new float[checked(latent.Length / model.Latent * size)];
        Decode(latent, stop, labels, (first, rows) =>
        {
            var logits = DeviceArrays.Read(vae.Decoder.Outputs, rows * size * model.Symbols);
            for (var i = 0; i < rows * size; i++)
                symbols[first * size + i] = Likeliest(logits.AsSpan(i / size * size * model.Symbols + i % size), size) / 255f;
        });
        return symbols;
    }

    /// <summary>
    /// E[x∣z] for each z of <paramref name="latent"/>, shape (count, d); the result has the shape (count, D). Of a categorical column it is
    /// the code of the likeliest category.
    /// </summary>
    /// <exception cref="ArgumentException">The model is conditional and there is not a label for each z.</exception>
    public float[] Decode(ReadOnlySpan<float> latent, CancellationToken stop, byte[]? labels = null)
    {
        var size = model.DataDimensions;
        var means = new float[checked(latent.Length / model.Latent * size)];
        Decode(latent, stop, labels, (first, rows) =>
        {
            vae.Decoder.Mean(inference.Data, rows);
            DeviceArrays.Read(inference.Data, rows * size).CopyTo(means, first * size);
        });
        return means;
    }

    /// <summary>
    /// A draw x of p(x∣z) for each z of <paramref name="latent"/>, shape (count, d); the result has the shape (count, D). It follows from
    /// z, its number and <paramref name="seed"/>; symbols are their numbers divided by 255.
    /// </summary>
    /// <exception cref="ArgumentException">The model is conditional and there is not a label for each z.</exception>
    public float[] Draw(ReadOnlySpan<float> latent, uint seed, CancellationToken stop, byte[]? labels = null)
    {
        var size = model.DataDimensions;
        var draws = new float[checked(latent.Length / model.Latent * size)];
        Decode(latent, stop, labels, (first, rows) =>
        {
            vae.Decoder.Sample(inference.Data, inference.Counters(seed, first), rows);
            DeviceArrays.Read(inference.Data, rows * size).CopyTo(draws, first * size);
        });
        return draws;
    }

    /// <summary>KL(q(z∣x) ∥ p(z)) of each latent dimension, the mean over <paramref name="data"/>, in nats.</summary>
    public double[] DivergencePerDimension(ExampleSet data, CancellationToken stop)
    {
        var statistics = new LatentStatistics(model.Latent);
        foreach (var (first, rows) in inference.Batches(data.Count, stop))
        {
            inference.Encode(data, first, rows);
            inference.AddCodes(rows, _ => statistics);
        }
        return statistics.Kl;
    }

    /// <summary>z = μ(y) + σ(y)·u for each u of <paramref name="units"/>, (count, d): from units in which p(z∣y) is N(0, I).</summary>
    public float[] FromPriorUnits(float[] units, byte[]? labels, CancellationToken stop) =>
        WithPrior(units, labels, (unit, mean, deviation) => mean + deviation * unit, stop);

    /// <summary>u = (z − μ(y))/σ(y) for each z of <paramref name="latent"/>, (count, d): undoes <see cref="FromPriorUnits"/>.</summary>
    public float[] ToPriorUnits(float[] latent, byte[]? labels, CancellationToken stop) =>
        WithPrior(latent, labels, (z, mean, deviation) => (z - mean) / deviation, stop);

    /// <summary>What the model thinks of each x of <paramref name="data"/>, by <paramref name="samples"/> draws z of q(z∣x).</summary>
    public ExampleScore[] Score(ExampleSet data, int samples, uint seed, CancellationToken stop)
    {
        var scores = new ExampleScore[data.Count];
        foreach (var (first, rows) in inference.Batches(data.Count, stop))
        {
            inference.Encode(data, first, rows);
            var sums = inference.Draw(first, rows, samples, seed, stop);
            var divergences = Divergences(rows);
            for (var row = 0; row < rows; row++)
            {
                var of = new RunningSums(sums.AsSpan(row * Importance.RunningSums), samples);
                scores[first + row] = new ExampleScore(of.Distortion, divergences[row], -of.LogLikelihood);
            }
        }
        return scores;
    }

    /// <summary>Examples as bytes, shape (count, D): gray levels, or the numbers of symbols.</summary>
    public static byte[] Bytes(ExampleSet examples)
    {
        var numbers = new float[examples.Count * examples.Format.Size];
        examples.CopyTo(0, numbers);
        return Bytes(numbers);
    }

    /// <summary>Numbers from 0 to 1 as the bytes of examples; others are cut off.</summary>
    public static byte[] Bytes(float[] values) => Array.ConvertAll(values, value => (byte)MathF.Round(255 * Math.Clamp(value, 0f, 1f)));

    /// <summary>Frees the device memory.</summary>
    public void Dispose() => inference.Dispose();

    /// <summary>Decodes batch by batch; after each, <paramref name="take"/> is told its first row and its number of rows.</summary>
    private void Decode(ReadOnlySpan<float> latent, CancellationToken stop, byte[]? labels, Action<int, int> take)
    {
        var d = model.Latent;
        if (Classes > 0 && labels?.Length != latent.Length / d)
            throw new ArgumentException("A conditional model decodes a latent vector with its label.", nameof(labels));
        foreach (var (first, rows) in inference.Batches(latent.Length / d, stop))
        {
            inference.PutLabels(labels, first, rows);
            vae.Posterior.Latent.SubView(0, rows * d).CopyFromCPU(latent.Slice(first * d, rows * d).ToArray());
            vae.Decode(rows);
            take(first, rows);
        }
    }

    /// <summary>The class of the largest logit; they lie <paramref name="stride"/> apart.</summary>
    private byte Likeliest(ReadOnlySpan<float> logits, int stride)
    {
        var best = 0;
        for (var k = 1; k < model.Symbols; k++)
        {
            if (logits[k * stride] > logits[best * stride])
                best = k;
        }
        return (byte)best;
    }

    /// <summary>KL of each row.</summary>
    private double[] Divergences(int rows)
    {
        var each = new LatentStatistics[rows];
        inference.AddCodes(rows, row => each[row] = new LatentStatistics(model.Latent));
        return Array.ConvertAll(each, one => one.Kl.Sum());
    }

    /// <summary>What <paramref name="map"/> makes of each number, its prior's mean and its prior's deviation.</summary>
    private float[] WithPrior(float[] numbers, byte[]? labels, Func<float, float, float, float> map, CancellationToken stop)
    {
        if (model.Prior == Kernels.Latent.Prior.Standard)
            return numbers;
        int d = model.Latent, width = vae.Prior.Columns;
        var mapped = new float[numbers.Length];
        foreach (var (first, rows) in inference.Batches(numbers.Length / d, stop))
        {
            inference.PutLabels(labels, first, rows);
            vae.Prior.Forward(vae.Labels, rows);
            var prior = DeviceArrays.Read(vae.Prior.Output, rows * width);
            for (var i = 0; i < rows * d; i++)
            {
                int at = i / d * width + i % d;
                var deviation = width > d ? MathF.Exp(0.5f * LogVariance.Clamp(prior[at + d])) : 1;
                mapped[first * d + i] = map(numbers[first * d + i], prior[at], deviation);
            }
        }
        return mapped;
    }
}
