using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Inference;

/// <summary>A trained model with the memory that it works in, a batch at a time. Noise is numbered by the batch.</summary>
internal sealed class BatchInference : IDisposable
{
    private readonly ModelConfiguration model;
    private readonly int batch;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> data, running;
    private readonly MemoryBuffer1D<ControlBlock, Stride1D.Dense> control;

    /// <summary>
    /// Builds the model with the given parameters, for batches of up to <paramref name="batch"/> rows, each with so many
    /// <paramref name="draws"/> z at a time.
    /// </summary>
    /// <exception cref="RunException">The parameters are not as many as the model has.</exception>
    public BatchInference(Accelerator accelerator, ModelConfiguration model, float[] parameters, int batch, int draws = 1)
        : this(accelerator, model, parameters.Length, batch, draws) => Vae.Parameters.Parameters.CopyFromCPU(parameters);

    /// <summary>The same with a copy of parameters in the device's memory.</summary>
    /// <inheritdoc cref="BatchInference(Accelerator, ModelConfiguration, float[], int, int)"/>
    public BatchInference(Accelerator accelerator, ModelConfiguration model, ArrayView<float> parameters, int batch)
        : this(accelerator, model, parameters.IntLength, batch, draws: 1) => parameters.CopyTo(Vae.Parameters.Parameters);

    private BatchInference(Accelerator accelerator, ModelConfiguration model, int parameters, int batch, int draws)
    {
        (this.model, this.batch) = (model, batch);
        Vae = new Vae(accelerator, model.Shape with { Samples = draws }, batch, trains: false);
        if (Vae.Parameters.Layout.Length != parameters)
        {
            var expected = Vae.Parameters.Layout.Length;
            Vae.Dispose();
            throw new RunException($"The checkpoint holds {parameters} parameters where the model has {expected}.");
        }
        data = accelerator.Allocate1D<float>((long)batch * model.DataDimensions);
        running = accelerator.Allocate1D<float>(batch * Importance.RunningSums);
        control = accelerator.Allocate1D(new ControlBlock[1]);
    }

    public Vae Vae { get; }

    /// <summary>The batch's data, shape (rows, D).</summary>
    public ArrayView<float> Data => data.View;

    /// <summary>The first row of each batch, and its rows.</summary>
    public IEnumerable<(int First, int Rows)> Batches(int count, CancellationToken stop)
    {
        for (var first = 0; first < count; first += batch)
        {
            stop.ThrowIfCancellationRequested();
            yield return (first, Math.Min(batch, count - first));
        }
    }

    /// <summary>Gives the model the labels of a batch, where it takes any.</summary>
    public void PutLabels(byte[]? labels, int first, int rows)
    {
        if (model.Classes == 0)
            return;
        var oneHot = new float[rows * model.Classes];
        for (var row = 0; row < rows; row++)
            oneHot[row * model.Classes + labels![first + row]] = 1;
        Vae.Labels.SubView(0, oneHot.Length).CopyFromCPU(oneHot);
    }

    /// <summary>Encodes a batch of examples.</summary>
    /// <exception cref="RunException">They are not of the model's size.</exception>
    public void Encode(ExampleSet examples, int first, int rows)
    {
        if (examples.Format.Size != model.DataDimensions)
            throw new RunException($"The model takes {model.DataDimensions} numbers an example; these have {examples.Format.Size}.");
        if (model.Classes > 0)
            PutLabels(Conditioning.LabelsOf(examples, model.Classes), first, rows);
        var values = new float[rows * model.DataDimensions];
        examples.CopyTo(first, values);
        Data.SubView(0, values.Length).CopyFromCPU(values);
        Vae.Encode(Data, rows);
    }

    /// <summary>The counters of a batch, as kernels take them.</summary>
    public ArrayView<ControlBlock> Counters(uint seed, int first)
    {
        control.CopyFromCPU([new ControlBlock { Seed = seed, Step = 1 + first / batch }]);
        return control.View;
    }

    /// <summary>
    /// The <see cref="RunningSums"/> of draws z of what was last encoded, a multiple of those at a time; <paramref name="drawn"/> is called
    /// after each time.
    /// </summary>
    public float[] Draw(int first, int rows, int samples, uint seed, CancellationToken stop, Action? drawn = null)
    {
        var step = new StepContext(Counters(seed, first), rows, RandomPurpose.Evaluation);
        running.CopyFromCPU(RunningSums.Started(batch));
        for (var sample = 0; sample < samples; sample += Vae.Shape.Samples)
        {
            stop.ThrowIfCancellationRequested();
            Vae.AccumulateDraws(Data, running.View, step, sample);
            drawn?.Invoke();
        }
        return DeviceArrays.Read(running.View, rows * Importance.RunningSums);
    }

    /// <summary>What was last encoded: [μ | logσ²], (rows, 2d), and the prior's numbers.</summary>
    public (float[] Encoded, float[] Prior) Codes(int rows) =>
        (DeviceArrays.Read(Vae.Encoder.Output, rows * 2 * model.Latent), DeviceArrays.Read(Vae.Prior.Output, rows * Vae.Prior.Columns));

    /// <summary>Adds what was last encoded to the statistics that a row belongs to.</summary>
    public void AddCodes(int rows, Func<int, LatentStatistics> of)
    {
        int d = model.Latent, width = Vae.Prior.Columns;
        var (encoded, prior) = Codes(rows);
        for (var row = 0; row < rows; row++)
            of(row).Add(encoded.AsSpan(row * 2 * d, 2 * d), prior.AsSpan(row * width, width));
    }

    public void Dispose()
    {
        Vae.Dispose();
        data.Dispose();
        running.Dispose();
        control.Dispose();
    }
}
