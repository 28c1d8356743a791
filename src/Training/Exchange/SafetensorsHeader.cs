using System.Text.Json;

namespace VaeGpu.Training.Exchange;

/// <summary>A tensor as the header names it: its numbers are the bytes from <paramref name="Begin"/> to <paramref name="End"/> behind
/// the header.</summary>
internal sealed record SafetensorsEntry(string Name, string Type, int[] Shape, long Begin, long End);

/// <summary>
/// The header of a .safetensors file. It is checked as the format asks: names are unique, tensors fill the file without gaps and overlaps,
/// and each has the bytes that its type and shape need.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that is read; the format allows 100 MB.</summary>
    public const int MostBytes = 16 << 20;

    /// <summary>The name of the text that is not a tensor.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>As many tensors as no model here comes near.</summary>
    private const int MostTensors = 1 << 16, MostAxes = 8;

    private static readonly Dictionary<string, int> TypeBytes = new()
    {
        ["BOOL"] = 1, ["U8"] = 1, ["I8"] = 1, ["F8_E5M2"] = 1, ["F8_E4M3"] = 1, ["I16"] = 2, ["U16"] = 2, ["F16"] = 2, ["BF16"] = 2,
        ["I32"] = 4, ["U32"] = 4, ["F32"] = 4, ["F64"] = 8, ["I64"] = 8, ["U64"] = 8,
    };

    private readonly string path;
    private readonly Dictionary<string, string> metadata = [];
    private readonly List<SafetensorsEntry> entries = [];

    private SafetensorsHeader(string path) => this.path = path;

    /// <summary>Text by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>The tensors, in the order of their numbers.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => entries;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="json">The header.</param>
    /// <param name="bytes">Bytes behind the header.</param>
    /// <exception cref="RunException">It is not such a header, or the file is incomplete.</exception>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long bytes)
    {
        var header = new SafetensorsHeader(path);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            header.Read(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw header.Damaged($"its header is not such JSON as the format asks for ({e.Message.TrimEnd('.')})");
        }
        header.CheckPlaces(bytes);
        return header;
    }

    private void Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
                throw Damaged($"it names \"{name}\" twice");
            if (name == MetadataName)
                ReadMetadata(ref reader);
            else
                entries.Add(ReadEntry(ref reader, name));
            if (entries.Count > MostTensors)
                throw Damaged(FormattableString.Invariant($"it names over {MostTensors} tensors"));
        }
        // What follows the object is space; anything else the reader refuses.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            Expect(ref reader, JsonTokenType.String);
            if (!metadata.TryAdd(name, reader.GetString()!))
                throw Damaged($"its metadata names \"{name}\" twice");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        long[]? shape = null, offsets = null;
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string property = reader.GetString()!;
            reader.Read();
            switch (property)
            {
                case "dtype" when type is null:
                    type = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = Numbers(ref reader, MostAxes, name);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = Numbers(ref reader, 2, name);
                    break;
                default:
                    throw Damaged($"the tensor \"{name}\" has \"{property}\" twice, or it does not belong there");
            }
        }
        if (type is null || shape is null || offsets is not [var begin, var end])
            throw Damaged($"the tensor \"{name}\" lacks its dtype, shape or data_offsets");
        if (!TypeBytes.TryGetValue(type, out int typeBytes))
            throw Damaged($"the tensor \"{name}\" is of the unknown type \"{type}\"");
        double length = shape.Aggregate((double)typeBytes, (product, side) => product * side);
        if (begin > end || end - begin != length || shape.Any(side => side > int.MaxValue))
        {
            throw Damaged(FormattableString.Invariant(
                $"the tensor \"{name}\" of {type} and shape [{string.Join(", ", shape)}] has the bytes {begin} to {end}"));
        }
        return new(name, type, Array.ConvertAll(shape, side => (int)side), begin, end);
    }

    private long[] Numbers(ref Utf8JsonReader reader, int most, string name)
    {
        Expect(ref reader, JsonTokenType.StartArray);
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == most || !reader.TryGetInt64(out long number) || number < 0)
                throw Damaged($"the tensor \"{name}\" has a shape or offsets that cannot be");
            numbers.Add(number);
        }
        return [.. numbers];
    }

    /// <summary>Tensors fill what is behind the header, one behind the other.</summary>
    private void CheckPlaces(long bytes)
    {
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long place = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Begin != place)
                throw Damaged($"the tensor \"{entry.Name}\" overlaps another, or there is a gap before it");
            place = entry.End;
        }
        if (place > bytes)
        {
            throw new RunException(FormattableString.Invariant(
                $"\"{path}\" is incomplete: {bytes} bytes follow its header, and its tensors have {place}; copy it again."));
        }
        if (place < bytes)
            throw Damaged(FormattableString.Invariant($"{bytes - place} bytes follow its last tensor"));
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
            throw Damaged($"its header has {reader.TokenType} where {type} belongs");
    }

    private RunException Damaged(string how) => new($"\"{path}\" is no sound .safetensors file: {how}; write or copy it again.");
}
