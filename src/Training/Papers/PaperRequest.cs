using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Papers;

/// <summary>What <see cref="Paper.Reproduce"/> works with.</summary>
public sealed record PaperRequest
{
    /// <summary>The device.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>The device, for the runs' configuration.</summary>
    public required DeviceConfiguration Device { get; init; }

    /// <summary>The data, with the <see cref="Paper.Binarization"/> of the result.</summary>
    public required DataSplit Data { get; init; }

    /// <summary>Where the data came from, as <see cref="DataSource"/> takes it.</summary>
    public required string Source { get; init; }

    /// <summary>The folder in which each run gets one of its own.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether the full form is asked for.</summary>
    public bool IsFull { get; init; }

    /// <summary>Trains in a run's folder, and says whether it came to the end.</summary>
    public required Func<Trainer, RunFolder, bool> Train { get; init; }

    /// <summary>Takes a line about what is under way.</summary>
    public Action<string> Say { get; init; } = _ => { };

    /// <summary>Asks to stop.</summary>
    public CancellationToken Stop { get; init; }
}
