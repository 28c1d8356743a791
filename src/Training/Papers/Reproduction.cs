using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Papers;

/// <summary>A result that is being reproduced.</summary>
/// <param name="paper">The result.</param>
/// <param name="request">What it works with.</param>
internal sealed class Reproduction(Paper paper, PaperRequest request)
{
    public Accelerator Accelerator => request.Accelerator;

    public DataSplit Data => request.Data;

    public bool IsFull => request.IsFull;

    public CancellationToken Stop => request.Stop;

    /// <summary>The folders of the runs so far.</summary>
    public List<string> Runs { get; } = [];

    /// <summary>Pictures so far of models that are not saved as runs.</summary>
    public List<PaperPicture> Pictures { get; } = [];

    /// <summary>Tells what is under way.</summary>
    public void Say(FormattableString line) => request.Say(FormattableString.Invariant(line));

    /// <summary>Trains a model as the run <paramref name="name"/>.</summary>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public PaperModel Train(string name, ModelConfiguration model, TrainingConfiguration training)
    {
        using RunFolder folder = RunFolder.Create(Path.Combine(request.Folder, name), overwrite: true);
        using var trainer = new Trainer(Accelerator, new RunConfiguration
        {
            Model = model with { Width = Data.Format.Width, Height = Data.Format.Height },
            Training = training,
            Data = DataConfiguration.Of(request.Source, Data, paper.Binarization),
            Device = request.Device,
        }, Data);
        folder.Clear();
        Runs.Add(folder.Path);
        return request.Train(trainer, folder)
            ? new PaperModel(this, trainer.Configuration.Model, trainer.Snapshot().Parameters, trainer.History)
            : throw new OperationCanceledException(Stop);
    }
}

/// <summary>A model that was trained to the end.</summary>
/// <param name="Work">What it was trained for.</param>
/// <param name="Configuration">The model.</param>
/// <param name="Parameters">What it has learned.</param>
/// <param name="Epochs">What each epoch reached.</param>
internal sealed record PaperModel(
    Reproduction Work, ModelConfiguration Configuration, float[] Parameters, IReadOnlyList<EpochMetrics> Epochs)
{
    /// <summary>What it is worth on examples, with so many draws of the latent vector for each.</summary>
    public EvaluationReport Evaluate(ExampleSet examples, int draws) =>
        new Evaluator(Work.Accelerator, Configuration, Parameters).Evaluate(examples, draws, seed: 1, told: null, Work.Stop);
}
