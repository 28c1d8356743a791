using System.Text.Json;
using System.Text.Json.Nodes;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Distributed;

/// <summary>Processes were started with different programs, settings or data.</summary>
public sealed class RanksDifferException(string message) : RunException(message);

/// <summary>What all ranks must have in common, by name.</summary>
internal sealed class Agreement
{
    private const int Shown = 5;
    private readonly SortedDictionary<string, string> facts = new(StringComparer.Ordinal);

    /// <summary>The version of this program, and what the results of a run follow from: not the device, nor where the data lies.</summary>
    public static Agreement OfRun(RunConfiguration configuration) => new Agreement()
        .Add("the version", typeof(Agreement).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion)
        .Add(JsonSerializer.SerializeToNode(
            configuration with { Device = new("", "", ""), Data = configuration.Data with { Folder = null } },
            ConfigurationJson.Default.RunConfiguration)!);

    /// <summary>Adds a fact.</summary>
    public Agreement Add(string name, string value)
    {
        facts.Add(name, value);
        return this;
    }

    /// <summary>Adds every value of <paramref name="json"/>, named by its path, such as "training.batch".</summary>
    public Agreement Add(JsonNode json)
    {
        Flatten("", json);
        return this;
    }

    /// <summary>Compares the facts of all ranks.</summary>
    /// <exception cref="RanksDifferException">A rank has others than rank 0; all ranks get the same message.</exception>
    public void Check(ICommunicator communicator)
    {
        byte[][] all = communicator.Gather(JsonSerializer.SerializeToUtf8Bytes(facts));
        SortedDictionary<string, string> first = Read(all[0]);
        for (int rank = 1; rank < all.Length; rank++)
        {
            if (all[rank].AsSpan().SequenceEqual(all[0]))
                continue;
            SortedDictionary<string, string> other = Read(all[rank]);
            string[] differences =
            [
                .. first.Keys.Union(other.Keys).Where(name => first.GetValueOrDefault(name) != other.GetValueOrDefault(name))
                    .Select(name => $"{name} is {Show(other, name)} on rank {rank} and {Show(first, name)} on rank 0"),
            ];
            string more = differences.Length > Shown ? $"; and {differences.Length - Shown} more" : "";
            throw new RanksDifferException($"The processes differ: {string.Join("; ", differences.Take(Shown))}{more}. "
                + "Start all with the same version, options and data.");
        }
    }

    private void Flatten(string path, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, member) in members)
                    Flatten(path.Length == 0 ? name : $"{path}.{name}", member);
                break;
            case JsonArray items:
                Add(path, items.ToJsonString());
                break;
            case not null:
                Add(path, node.ToString());
                break;
        }
    }

    private static string Show(SortedDictionary<string, string> facts, string name) => facts.GetValueOrDefault(name) ?? "not given";

    private static SortedDictionary<string, string> Read(byte[] bytes) =>
        JsonSerializer.Deserialize<SortedDictionary<string, string>>(bytes)!;
}
