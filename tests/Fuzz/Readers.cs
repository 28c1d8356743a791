using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Fuzz;

/// <summary>Everything that reads a file which somebody else may have written.</summary>
internal static class Readers
{
    private const int Side = 16;
    private const string CacheKey = "fuzz";

    /// <summary>The readers; their inputs are put in <paramref name="folder"/>.</summary>
    public static Reader[] All(string folder)
    {
        return
        [
            Data("idx images", [new(DataSamples.IdxImages), new(DataSamples.IdxImages, DataSamples.Gzip)], Put("images", path => IdxFile.ReadImages(path))),
            Data("idx labels", [new(DataSamples.IdxLabels), new(DataSamples.IdxLabels, DataSamples.Gzip)], Put("labels", path => IdxFile.ReadLabels(path))),
            Source("npy", ".npy", [.. DataSamples.Npy.Select(array => new Sample(array))]),
            Source("npz", ".npz", [.. DataSamples.Npy.Select(array => new Sample(array, DataSamples.Npz))]),
            Source("csv", ".csv", [.. DataSamples.WholeCsv.Select(text => new Sample(text))]),
            Source("csv, filled", ".csv", [.. DataSamples.WholeCsv.Append(DataSamples.CsvWithGaps).Select(text => new Sample(text))], new DataOptions
            {
                Missing = MissingValues.Indicator, ConstantColumns = ConstantColumns.Drop,
            }),
            Source("text", ".txt", [.. DataSamples.Text.Select(text => new Sample(text))]),
            Source("metrics", ".csv", [new(DataSamples.Metrics(folder))]),
            .. PictureSamples.All().Select(format => Data(format.Name, format.Samples, ReadPicture)),
            new Reader("checkpoint", [new(RunSamples.Checkpoint(folder), RunSamples.Signed)], Put("c.vae", path => CheckpointFile.Read(path)), e => e is RunException),
            new Reader("configuration", [new(RunSamples.Configuration(folder))], Put("configuration.json", path => RunConfiguration.IsIn(path)), _ => false),
            new Reader("kernel cache", [new(RunSamples.CacheEntry(CacheKey))], ReadCache, _ => false),
        ];

        Action<byte[]> Put(string name, Action<string> read)
        {
            string path = Path.Combine(folder, name);
            return content =>
            {
                File.WriteAllBytes(path, content);
                read(path);
            };
        }

        Reader Source(string name, string extension, Sample[] samples, DataOptions? options = null) =>
            Data(name, samples, Put($"data{extension}", path => DataSource.Load(path, seed: 1, threads: 1, new DataFit { Options = options ?? new() })));
    }

    private static Reader Data(string name, Sample[] samples, Action<byte[]> read) => new(name, samples, read, e => e is DataException);

    private static void ReadPicture(byte[] content) => PictureFile.Read("picture", content).WithChannels(1).Resized(Side, Side);

    private static void ReadCache(byte[] content)
    {
        File.WriteAllBytes(BinaryCache.PathOf(CacheKey), content);
        _ = Cubin.FromBytes(BinaryCache.Read(CacheKey));
        _ = Cubin.FromBytes(content);
    }
}
