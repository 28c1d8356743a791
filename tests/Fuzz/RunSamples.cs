using System.Security.Cryptography;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;

namespace VaeGpu.Fuzz;

/// <summary>Small sound files of runs and of the cache.</summary>
internal static class RunSamples
{
    private const int Parameters = 40;

    /// <summary>A run of a small model.</summary>
    public static RunConfiguration Run => new()
    {
        Model = new ModelConfiguration { Width = 4, Height = 4, Hidden = [5], Latent = 2 },
        Training = new TrainingConfiguration { Batch = 8, Epochs = 3 },
        Data = new DataConfiguration { Folder = "data", Name = "data", Train = 20, Test = 4, LabelNames = ["a", "b"] },
        Device = new DeviceConfiguration("cpu", "cpu", "A processor"),
    };

    /// <summary>A checkpoint without its checksum.</summary>
    public static byte[] Checkpoint(string folder)
    {
        string path = Path.Combine(folder, "sample.vae");
        CheckpointFile.Write(path, new Checkpoint
        {
            Header = new CheckpointHeader
            {
                Configuration = Run,
                Position = new TrainingPosition { Step = 5, Epoch = 1, Image = 8, Seconds = 1, Sums = new EpochSums(1, 0, 1, 0, 8) },
                History = [new EpochMetrics(1, 0.5, new(3, 1), new(3, 1))],
            },
            Parameters = new float[Parameters], FirstMoments = new float[Parameters], SecondMoments = new float[Parameters],
        });
        return File.ReadAllBytes(path)[..^SHA256.HashSizeInBytes];
    }

    /// <summary>With the checksum.</summary>
    public static byte[] Signed(byte[] content) => [.. content, .. SHA256.HashData(content)];

    public static byte[] Configuration(string folder)
    {
        string path = Path.Combine(folder, "configuration.json");
        Run.Write(path);
        return File.ReadAllBytes(path);
    }

    public static byte[] CacheEntry(string key)
    {
        BinaryCache.Write(key, new Cubin([1, 2, 3, 4, 5, 6, 7], "a log of the compiler").ToBytes());
        return File.ReadAllBytes(BinaryCache.PathOf(key));
    }
}
