using VaeGpu.Host.Commands;
using VaeGpu.Host.Pictures;
using VaeGpu.Training;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host;

/// <summary>A trained model of a run's folder, on a device.</summary>
internal sealed class LoadedRun : IDisposable
{
    private readonly Machine machine;
    private readonly Backend backend;
    private readonly float[] parameters;

    private Generation? generation;

    private LoadedRun(Machine machine, Backend backend, RunConfiguration configuration, float[] parameters) =>
        (this.machine, this.backend, Configuration, this.parameters) = (machine, backend, configuration, parameters);

    public Generation Generation => generation ??= new Generation(backend.Accelerator, Configuration.Model, parameters);

    /// <summary>What the run followed from.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>What the classes of the run's data are called, where they have names.</summary>
    public IReadOnlyList<string>? LabelNames => Configuration.Data.LabelNames;

    /// <summary>Loads the model of the best epoch, with a note that says so, where that is kept; else of the last.</summary>
    /// <exception cref="RunException">The checkpoint is missing or damaged.</exception>
    public static LoadedRun Open(string folder, Machine machine, Terminal terminal)
    {
        string checkpoint = RunFolder.ModelIn(folder);
        var (header, parameters) = CheckpointFile.ReadParameters(checkpoint);
        TellBest(folder, checkpoint, header, terminal);
        return new LoadedRun(machine, machine.OpenDevice(), header.Configuration, parameters);
    }

    /// <summary>Tells which epoch's model it is where that is not the last's.</summary>
    public static void TellBest(string folder, string checkpoint, CheckpointHeader header, Terminal terminal)
    {
        if (checkpoint != RunFolder.CheckpointIn(folder))
        {
            terminal.Error.WriteLine(FormattableString.Invariant(
                $"note: the model is that of epoch {header.History.Count}, the best: {checkpoint}"));
        }
    }

    /// <summary>The model, to make pictures, lines of text or rows of a table with.</summary>
    /// <exception cref="RunException">The run's data were text to an earlier version that took symbols for numbers.</exception>
    public RunPictures Pictures => Configuration.Format.Symbols > 0 && Configuration.Model.Symbols == 0
        ? throw new RunException(
            "The run is of an earlier vaegpu, which took the symbols of text for numbers; train again, or use encode or score.")
        : new RunPictures(Generation, ExampleLayout.Of(Configuration), Configuration.Data.UnseenLabels);

    /// <summary>The model, to be evaluated.</summary>
    public Evaluator Evaluator() => new(backend.Accelerator, Configuration.Model, parameters);

    /// <summary>The run's data, or <paramref name="source"/>: all of it is held out where it has no held-out part.</summary>
    /// <exception cref="DataException">The data is of another kind or size than the model's.</exception>
    /// <exception cref="RunException">The run's data has changed since it was trained.</exception>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public DataSplit Data(string? source, Terminal terminal, CancellationToken stop) => Loading
        .Start(machine, how => source is null ? RunData.Own(Configuration, how) : RunData.Other(Configuration, source, how))
        .Result(terminal, stop);

    public void Dispose()
    {
        generation?.Dispose();
        backend.Dispose();
    }
}
