using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Host.Commands;

/// <summary>What "train" was asked to do.</summary>
/// <param name="Data">The data as <see cref="DataSource"/> takes it; null for the built-in digits.</param>
/// <param name="Size">What pictures are brought to; null for their own size.</param>
/// <param name="DataOptions">How files are read.</param>
/// <param name="TableOptions">The options for tables that were given.</param>
/// <param name="Binarization">When gray pixels become black or white.</param>
/// <param name="Out">The run's folder; null for a new one.</param>
/// <param name="Overwrite">Whether a run in that folder is replaced.</param>
/// <param name="Model">The model, as far as it does not follow from the data.</param>
/// <param name="Likelihood">p(x∣z); null for what suits the data.</param>
/// <param name="GaveClasses">Whether the number of classes was asked for.</param>
/// <param name="Conditional">Whether the model is conditioned on the labels.</param>
/// <param name="Training">How it is trained.</param>
/// <param name="Device">The device as <see cref="Kernels.Devices.DeviceSpec"/> reads it.</param>
/// <param name="Threads">Threads of the CPU device and of loading; 0 for one for each core.</param>
/// <param name="Memory">Bytes of pictures that are kept in memory; null for the default.</param>
internal sealed record TrainRequest(
    string? Data, (int Width, int Height)? Size, DataOptions DataOptions, IReadOnlyList<string> TableOptions,
    Binarization Binarization, string? Out, bool Overwrite, ModelConfiguration Model, Likelihood? Likelihood, bool GaveClasses,
    bool Conditional, TrainingConfiguration Training, string Device, int Threads, long? Memory);

/// <summary>What "train --resume" was asked to do: everything else is the run's own.</summary>
internal sealed record ResumeRequest(string Folder, string? Data, int? Epochs, string Device, int Threads, long? Memory);
