using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Training;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Exchange;
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
            Data("idx images", Packed(DataSamples.IdxImages), Put("images", path => IdxFile.ReadImages(path))),
            Data("idx labels", Packed(DataSamples.IdxLabels), Put("labels", path => IdxFile.ReadLabels(path))),
            Source("npy", ".npy", Plain(DataSamples.Npy)),
            Source("npz", ".npz", [.. DataSamples.Npy.Select(array => new Sample(array, DataSamples.Npz))]),
            Source("csv", ".csv", Plain(DataSamples.WholeCsv)),
            Source("csv, filled", ".csv", Plain([.. DataSamples.WholeCsv, DataSamples.CsvWithGaps]), new DataOptions
            {
                Missing = MissingValues.Indicator, ConstantColumns = ConstantColumns.Drop,
            }),
            Source("parquet", ".parquet", Plain([DataSamples.Parquet])),
            Source("text", ".txt", Plain(DataSamples.Text)),
            Source("metrics", ".csv", [new(DataSamples.Metrics(folder))]),
            .. PictureSamples.All().Select(format => Data(format.Name, format.Samples, ReadPicture)),
            new(
                "checkpoint", [new(RunSamples.Checkpoint(folder), RunSamples.Signed)],
                Put("c.vae", path => CheckpointFile.Read(path)), e => e is RunException),
            new(
                "configuration", [new(RunSamples.Configuration(folder))],
                Put("configuration.json", path => RunConfiguration.IsIn(path)), _ => false),
            Model("safetensors", ModelSamples.Safetensors(folder)),
            Model("model npz", ModelSamples.Npz(folder)),
            new("kernel cache", [new(RunSamples.CacheEntry(CacheKey))], ReadCache, _ => false),
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

        Reader Model(string name, Sample[] samples) => new(
            name, samples, Put("model", path => ModelImport.Read(ModelSamples.Cpu.Accelerator, path)), e => e is RunException);

        Reader Source(string name, string extension, Sample[] samples, DataOptions? options = null) =>
            Data(name, samples, Put($"data{extension}", path => DataSource.Load(path, 1, 1, new DataFit { Options = options ?? new() })));
    }

    private static Sample[] Plain(byte[][] files) => [.. files.Select(file => new Sample(file))];

    private static Sample[] Packed(byte[] file) => [new(file), new(file, DataSamples.Gzip)];

    private static Reader Data(string name, Sample[] samples, Action<byte[]> read) =>
        new(name, samples, read, e => e is DataException);

    private static void ReadPicture(byte[] content) => PictureFile.Read("picture", content).WithChannels(1).Resized(Side, Side);

    private static void ReadCache(byte[] content)
    {
        File.WriteAllBytes(BinaryCache.PathOf(CacheKey), content);
        _ = Cubin.FromBytes(BinaryCache.Read(CacheKey));
        _ = Cubin.FromBytes(content);
    }
}
