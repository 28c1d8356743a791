using VaeGpu.Kernels.Devices;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host;

/// <summary>A trained model of a run's folder, on a device.</summary>
internal sealed class LoadedRun : IDisposable
{
    private readonly Backend backend;
    private readonly RunConfiguration configuration;

    private LoadedRun(Backend backend, Checkpoint checkpoint)
    {
        this.backend = backend;
        configuration = checkpoint.Header.Configuration;
        Generation = new Generation(backend.Accelerator, configuration.Model, checkpoint.Parameters);
    }

    public Generation Generation { get; }

    public static LoadedRun Open(string folder, string device, int threads)
    {
        var checkpoint = CheckpointFile.Read(RunFolder.CheckpointIn(folder));
        return new LoadedRun(Backend.Open(device, threads), checkpoint);
    }

    /// <summary>The images held out of the run's data, or of those in <paramref name="dataFolder"/>.</summary>
    /// <exception cref="RunException">They have another size than the model's.</exception>
    public ImageSet TestImages(string? dataFolder, int threads)
    {
        var images = DataSource.Load(
            dataFolder ?? configuration.Data.Folder, configuration.Training.Seed, threads > 0 ? threads : Environment.ProcessorCount).Test;
        var model = configuration.Model;
        return (images.Width, images.Height) == (model.Width, model.Height)
            ? images
            : throw new RunException(
                $"The model takes images of {model.Width}×{model.Height} pixels; the data has {images.Width}×{images.Height}.");
    }

    public void Dispose()
    {
        Generation.Dispose();
        backend.Dispose();
    }
}
