using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Exchange;

/// <summary>What an exported file says of its model beside the tensors: text by name.</summary>
internal static class ModelMetadata
{
    private const string Configuration = "vaegpu.configuration", Checksum = "vaegpu.xxh128";

    private static readonly ConfigurationJson OneLine = new(new(ConfigurationJson.Default.Options) { WriteIndented = false });

    /// <summary>The names that are read.</summary>
    public static string[] Names { get; } = [Configuration, Checksum];

    /// <summary>
    /// The metadata of a model: the whole configuration as JSON, and XXH128 of the parameters as checkpoints hold them. Of the data's path
    /// there is the last part alone.
    /// </summary>
    public static Dictionary<string, string> Of(RunConfiguration run, float[] parameters) => new()
    {
        // What PyTorch's readers of safetensors look for.
        ["format"] = "pt",
        [Configuration] = JsonSerializer.Serialize(WithoutPath(run), OneLine.RunConfiguration),
        [Checksum] = ChecksumOf(parameters),
    };

    /// <summary>The configuration in a file's metadata; null where there is none.</summary>
    /// <exception cref="RunException">It is not that of a model that can be.</exception>
    public static RunConfiguration? ConfigurationIn(TensorFile file, string path)
    {
        if (!file.Metadata.TryGetValue(Configuration, out string? json))
            return null;
        try
        {
            var run = JsonSerializer.Deserialize<RunConfiguration>(json, ConfigurationReading.Options);
            string? fault = run is null ? "it is empty" : HeaderRules.Fault(UntrainedRun.HeaderOf(run));
            return fault is null ? run : throw Damaged(path, fault);
        }
        catch (JsonException e)
        {
            throw Damaged(path, e.Message.TrimEnd('.'));
        }
    }

    /// <summary>Whether the parameters are those of which a file's metadata has the checksum, or it has none.</summary>
    public static bool Fits(TensorFile file, float[] parameters) =>
        !file.Metadata.TryGetValue(Checksum, out string? sum) || sum == ChecksumOf(parameters);

    /// <summary>That parameters are not those that were exported.</summary>
    public static RunException Changed(string path) => new(
        $"\"{path}\" does not hold the numbers that were exported: the checksum does not fit; export or copy it again, or remove "
        + $"\"{Checksum}\" from its metadata where they were changed on purpose.");

    private static RunConfiguration WithoutPath(RunConfiguration run)
    {
        if (run.Data.Folder is not { } folder || DataSource.IsName(folder))
            return run;
        string last = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        return run with { Data = run.Data with { Folder = DataSource.IsName(last) ? $"./{last}" : last } };
    }

    private static string ChecksumOf(float[] parameters) =>
        Convert.ToHexStringLower(XxHash128.Hash(MemoryMarshal.AsBytes<float>(parameters)));

    private static RunException Damaged(string path, string how) => new(
        $"\"{path}\" has a configuration in its metadata ({Configuration}) that cannot be used: {how}; export it again, or name a run of "
        + "such a model with --like.");
}
