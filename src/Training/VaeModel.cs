using VaeGpu.Layers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training;

/// <summary>A variational autoencoder on a device: trained on arrays, data sources or streams of batches, evaluated and saved.</summary>
/// <remarks>
/// The model is its <see cref="Configuration"/> and its <see cref="Parameters"/>; both are in host memory between calls. It is not safe
/// for use by several threads at once.
/// </remarks>
public sealed class VaeModel : IDisposable
{
    private readonly Accelerator accelerator;
    private Checkpoint? trained;
    private Generation? inference;
    private float[] parameters;

    /// <summary>Creates a model with initial parameters.</summary>
    /// <param name="accelerator">The device, which outlives the model.</param>
    /// <param name="configuration">Sizes, layers and distributions.</param>
    /// <param name="seed">The seed of the initial parameters.</param>
    /// <exception cref="RunException">The model is too large.</exception>
    public VaeModel(Accelerator accelerator, ModelConfiguration configuration, uint seed = 1)
    {
        configuration.ThrowIfTooLarge(1);
        (this.accelerator, Configuration) = (accelerator, configuration);
        using var vae = new Vae(accelerator, configuration.Shape, 1, trains: false);
        vae.Parameters.Initialize(new StepLauncher(accelerator), seed);
        parameters = vae.Parameters.Parameters.GetAsArray();
    }

    private VaeModel(Accelerator accelerator, ModelConfiguration configuration, Checkpoint trained) =>
        (this.accelerator, Configuration, this.trained, parameters) = (accelerator, configuration, trained, trained.Parameters);

    /// <summary>Sizes, layers and distributions.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>All parameters, as <see cref="ParameterLayout"/> lays them out.</summary>
    public ReadOnlySpan<float> Parameters => parameters;

    /// <summary>What the epochs of the last training reached.</summary>
    public IReadOnlyList<EpochMetrics> History => trained?.Header.History ?? [];

    private Generation Inference => inference ??= new Generation(accelerator, Configuration, parameters);

    /// <summary>Loads the model of a run folder, of its best epoch where that is kept, or of one that <see cref="Save"/> wrote.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="configure">Puts back what a folder does not hold: layers of one's own.</param>
    /// <exception cref="RunException">The checkpoint is missing or damaged, or its parameters are not those of the model.</exception>
    public static VaeModel Load(Accelerator accelerator, string folder, Func<ModelConfiguration, ModelConfiguration>? configure = null)
    {
        Checkpoint checkpoint = CheckpointFile.Read(RunFolder.ModelIn(folder));
        ModelConfiguration model = checkpoint.Header.Configuration.Model;
        var loaded = new VaeModel(accelerator, configure?.Invoke(model) ?? model, checkpoint);
        _ = loaded.Inference;
        return loaded;
    }

    /// <summary>Trains on examples in host memory. Training begins at the present parameters, with new moments of the optimizer.</summary>
    /// <param name="examples">The examples; pixels are taken as numbers from 0 to 1.</param>
    /// <param name="how">Batches, epochs, learning rate, objective and optimizer.</param>
    /// <param name="heldOut">Examples to evaluate on after each epoch; where it is null, a seventh of all, drawn by the seed.</param>
    /// <param name="progress">Receives the training's progress, a few times a second at most.</param>
    /// <param name="epochEnded">Called after each epoch, on the calling thread.</param>
    /// <param name="stop">Ends the training after the step under way, without an exception.</param>
    /// <returns>What each finished epoch reached.</returns>
    /// <exception cref="RunException">The examples are not of the model's size.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number; the parameters stay as they were.</exception>
    public IReadOnlyList<EpochMetrics> Train(
        ExampleSet examples, TrainingConfiguration? how = null, ExampleSet? heldOut = null, IProgress<TrainingProgress>? progress = null,
        Action<EpochMetrics>? epochEnded = null, CancellationToken stop = default)
    {
        how ??= new TrainingConfiguration();
        return Train(
            heldOut is null ? SeededSplit.Of("examples", examples, how.Seed) : new DataSplit("examples", examples, heldOut),
            how, progress, epochEnded, stop);
    }

    /// <summary>Trains on a data source, such as <see cref="DataSource"/> gives.</summary>
    /// <inheritdoc cref="Train(ExampleSet, TrainingConfiguration?, ExampleSet?, IProgress{TrainingProgress}?, Action{EpochMetrics}?,
    /// CancellationToken)"/>
    public IReadOnlyList<EpochMetrics> Train(
        DataSplit data, TrainingConfiguration? how = null, IProgress<TrainingProgress>? progress = null,
        Action<EpochMetrics>? epochEnded = null, CancellationToken stop = default)
    {
        ThrowIfOtherSize(data.Train);
        ThrowIfOtherSize(data.Test);
        using var trainer = new Trainer(accelerator, new RunConfiguration
        {
            Model = Configuration,
            Training = how ?? new TrainingConfiguration(),
            Data = DataConfiguration.Of(null, data),
            Device = DeviceConfiguration.Of("", accelerator),
        }, data, parameters);
        var observer = new Observer(progress);
        while (trainer.TrainEpoch(observer, stop) is { } metrics)
            epochEnded?.Invoke(metrics);
        Adopt(trainer.Snapshot());
        return History;
    }

    /// <summary>
    /// Trains on a stream of batches, each once, for data that does not fit in memory or is made as it is needed. There are no epochs:
    /// the learning rate and the weights of the objective are constant, and nothing is held out.
    /// </summary>
    /// <param name="batches">The batches, of at most <see cref="TrainingConfiguration.Batch"/> rows.</param>
    /// <param name="how">Batch, learning rate, objective and optimizer, without a schedule or a warm-up.</param>
    /// <param name="stop">Ends the training after the step under way, without an exception.</param>
    /// <returns>The means of the loss's terms over all steps, in nats per example.</returns>
    /// <exception cref="ArgumentException">A batch has the wrong size, or the settings count in epochs.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number; the parameters stay as they were.</exception>
    public LossTerms Train(IEnumerable<ExampleBatch> batches, TrainingConfiguration? how = null, CancellationToken stop = default)
    {
        using var training = new StreamTraining(accelerator, Configuration, how ?? new TrainingConfiguration(), parameters);
        LossTerms reached = training.Run(batches, stop);
        Adopt(null);
        parameters = training.Parameters();
        return reached;
    }

    /// <summary>ELBO, importance-sampled log p(x) and statistics of the latent codes of some examples.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="samples">Draws of the latent vector for each example.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="stop">Cancels the evaluation.</param>
    /// <exception cref="RunException">The examples are not of the model's size.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EvaluationReport Evaluate(ExampleSet examples, int samples = 100, uint seed = 1, CancellationToken stop = default)
    {
        ThrowIfOtherSize(examples);
        var evaluator = new Evaluator(accelerator, Configuration, parameters);
        return evaluator.Evaluate(examples, samples, seed, null, stop);
    }

    /// <summary>q(z∣x) of each example: means and deviations, (examples, d).</summary>
    /// <exception cref="RunException">The examples are not of the model's size.</exception>
    public LatentCodes Encode(ExampleSet examples, CancellationToken stop = default)
    {
        ThrowIfOtherSize(examples);
        return Inference.Encode(examples, stop);
    }

    /// <summary>E[x∣z] for each z, (examples, D).</summary>
    /// <param name="latent">z, (examples, d).</param>
    /// <param name="labels">A label for each z, where the model is conditional.</param>
    /// <param name="stop">Cancels the work.</param>
    /// <exception cref="ArgumentException">The numbers are not whole vectors, or labels are missing.</exception>
    public float[] Decode(ReadOnlySpan<float> latent, byte[]? labels = null, CancellationToken stop = default) =>
        latent.Length % Configuration.Latent == 0
            ? Inference.Decode(latent, stop, labels)
            : throw new ArgumentException($"{latent.Length} numbers are not whole vectors of {Configuration.Latent}.", nameof(latent));

    /// <summary>E[x∣z] for draws z of the prior, (count, D); of a conditional model for one label, or for each in turn.</summary>
    public float[] Sample(int count, uint seed = 1, byte? label = null, CancellationToken stop = default)
    {
        byte[]? labels = Configuration.Classes == 0
            ? null
            : [.. Enumerable.Range(0, count).Select(i => label ?? (byte)(i % Configuration.Classes))];
        return Inference.Decode(Inference.FromPriorUnits(Inference.Prior(count, seed), labels, stop), stop, labels);
    }

    /// <summary>Saves the trained model as a run folder, which every command of <c>vaegpu</c> takes.</summary>
    /// <param name="folder">The folder, made if it is missing.</param>
    /// <param name="overwrite">Whether a run that is there is replaced.</param>
    /// <exception cref="InvalidOperationException">The model was not trained on examples.</exception>
    /// <exception cref="RunException">The folder holds a run, or cannot be written.</exception>
    public void Save(string folder, bool overwrite = false)
    {
        if (trained is null)
            throw new InvalidOperationException("Only a model that was trained on examples, or loaded, can be saved as a run.");
        using var run = RunFolder.Create(folder, overwrite);
        run.Put(trained);
    }

    /// <summary>Frees the device memory.</summary>
    public void Dispose() => inference?.Dispose();

    private void Adopt(Checkpoint? checkpoint)
    {
        inference?.Dispose();
        inference = null;
        trained = checkpoint;
        parameters = checkpoint?.Parameters ?? parameters;
    }

    private void ThrowIfOtherSize(ExampleSet examples)
    {
        var model = Configuration;
        if ((examples.Format.Width, examples.Format.Height, examples.Format.Channels) != (model.Width, model.Height, model.Channels))
        {
            throw new RunException($"The model takes examples of {model.Width}×{model.Height}×{model.Channels}; "
                + $"these are of {examples.Format.SizeInWords}.");
        }
        if (examples.Format is TableFormat table && !table.Categories.Equals(model.Categories))
        {
            throw new RunException(
                $"The model takes tables of the categories {model.Categories}; these have {table.Categories}: set Categories of "
                + "the model's configuration to those of the table's format.");
        }
    }

    private sealed class Observer(IProgress<TrainingProgress>? progress) : ITrainingObserver
    {
        public void Progressed(TrainingProgress now) => progress?.Report(now);

        public void EpochEnded(EpochMetrics metrics)
        {
        }
    }
}
