using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Kernels.Devices;

/// <summary>
/// Keeps the tuning of devices, each in a small file in a folder. Another device, vector width or number of processors has another file. A
/// file that is damaged, or from another version of the table, counts as absent: it would change nothing but the speed.
/// </summary>
public sealed class TunedDevices(string folder)
{
    /// <summary>To be raised when <see cref="Tunable.All"/> or what a value means changes.</summary>
    private const int TableVersion = 2;
    private const string DeviceKey = "Device";

    /// <summary>Those of the user.</summary>
    public static TunedDevices OfUser => new(Path.Combine(UserCache.Folder, "tuning"));

    /// <summary>The device's file.</summary>
    public string PathOf(Accelerator accelerator) =>
        Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Identity(accelerator)))) + ".json");

    /// <summary>The tuning that is stored, if any; else why a file that is there is ignored.</summary>
    public (DeviceTuning? Tuning, string? Problem) Read(Accelerator accelerator)
    {
        string path = PathOf(accelerator);
        try
        {
            if (!File.Exists(path))
                return (null, null);
            var stored = JsonSerializer.Deserialize(File.ReadAllText(path), TuningJson.Default.DictionaryStringString);
            return stored is null ? (null, "it is empty") : Parse(accelerator, stored);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Stores a tuning of the device's own candidates.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Write(Accelerator accelerator, DeviceTuning tuning)
    {
        var stored = new Dictionary<string, string> { [DeviceKey] = Identity(accelerator) };
        foreach (Tunable tunable in Tunable.All.Where(tunable => tunable.Candidates(tuning).Count > 0))
            stored.Add(tunable.Name, tunable.Value(tuning));
        Directory.CreateDirectory(folder);
        File.WriteAllText(PathOf(accelerator), JsonSerializer.Serialize(stored, TuningJson.Default.DictionaryStringString));
    }

    /// <summary>Removes what is stored for the device; whether there was anything.</summary>
    /// <exception cref="IOException">The file cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be removed.</exception>
    public bool Remove(Accelerator accelerator)
    {
        bool isThere = File.Exists(PathOf(accelerator));
        if (isThere)
            File.Delete(PathOf(accelerator));
        return isThere;
    }

    private static (DeviceTuning? Tuning, string? Problem) Parse(Accelerator accelerator, Dictionary<string, string> stored)
    {
        if (stored.GetValueOrDefault(DeviceKey) != Identity(accelerator))
            return (null, "it belongs to another device or version");
        DeviceTuning tuning = DeviceTuning.BuiltIn(accelerator);
        foreach (Tunable tunable in Tunable.All)
        {
            IReadOnlyList<DeviceTuning> candidates = tunable.Candidates(tuning);
            string? value = stored.GetValueOrDefault(tunable.Name);
            if (candidates.Count == 0)
                continue;
            if (candidates.FirstOrDefault(candidate => tunable.Value(candidate) == value) is not { } found)
                return (null, $"{tunable.Name} cannot be \"{value}\"");
            tuning = found;
        }
        return (tuning, null);
    }

    /// <summary>What a choice is good for.</summary>
    private static string Identity(Accelerator accelerator) => FormattableString.Invariant(
        $"{accelerator.GetType().Name}: {accelerator.Name}, warps of {accelerator.WarpSize}, {accelerator.NumMultiprocessors} processors, ")
        + FormattableString.Invariant($"table {TableVersion}");
}

/// <summary>The JSON form of a stored tuning.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class TuningJson : JsonSerializerContext;
