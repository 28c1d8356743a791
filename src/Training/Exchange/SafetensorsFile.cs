using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Exchange;

/// <summary>
/// Files of the safetensors format (github.com/huggingface/safetensors): the length of the header (8 bytes, little-endian), the header,
/// which is JSON, and the numbers of all tensors one behind the other, little-endian and row-major. Nothing in them is executed.
/// </summary>
internal static class SafetensorsFile
{
    /// <summary>Bytes of the header's length.</summary>
    private const int Prelude = sizeof(ulong);

    /// <summary>Numbers that are read at a time.</summary>
    private const int Piece = 1 << 16;

    /// <summary>Writes tensors in PyTorch's layout; <paramref name="metadata"/> is text by name.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, string> metadata, TorchTensor[] tensors, float[] parameters)
    {
        byte[] header = Header(metadata, tensors);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[Prelude];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (ReadOnlyMemory<float> piece in tensors.SelectMany(tensor => tensor.Pieces(parameters)))
                stream.Write(MemoryMarshal.AsBytes(piece.Span));
        });
    }

    /// <summary>Reads the header of an open file.</summary>
    /// <exception cref="RunException">It is incomplete or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TensorFile Open(string path, FileStream file)
    {
        var prelude = new byte[Prelude];
        file.ReadExactly(prelude);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prelude);
        if (length > SafetensorsHeader.MostBytes)
        {
            throw new RunException(FormattableString.Invariant(
                $"\"{path}\" claims a header of {length} bytes, and at most {SafetensorsHeader.MostBytes} are read; it is no sound ")
                + ".safetensors file.");
        }
        if (file.Length - Prelude < (long)length)
        {
            throw new RunException(FormattableString.Invariant(
                $"\"{path}\" is incomplete: it has {file.Length} bytes, and its header alone takes {Prelude + (long)length}; ")
                + "copy it again.");
        }
        var text = new byte[length];
        file.ReadExactly(text);
        long start = Prelude + (long)length;
        SafetensorsHeader header = SafetensorsHeader.Parse(path, text, file.Length - start);
        return new TensorFile(header.Metadata, header.Entries.Select(entry => new StoredTensor(
            entry.Name, entry.Shape, entry.Type, () => Read(path, file, start, entry))), file);
    }

    private static byte[] Header(IReadOnlyDictionary<string, string> metadata, TorchTensor[] tensors)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach (var (name, value) in metadata)
                json.WriteString(name, value);
            json.WriteEndObject();
            long end = 0;
            foreach (TorchTensor tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", NumberType.Float32.Name);
                Numbers(json, "shape", [.. tensor.Shape]);
                Numbers(json, "data_offsets", end, end += sizeof(float) * (long)tensor.Length);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Spaces behind the header let the numbers begin at a multiple of 8 bytes.
        while (text.Length % Prelude != 0)
            text.WriteByte((byte)' ');
        return text.ToArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, params long[] numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static float[] Read(string path, FileStream file, long start, SafetensorsEntry entry)
    {
        NumberType type = Array.Find(NumberType.All, type => type.Name == entry.Type) ?? throw new RunException(
            $"\"{path}\": the tensor \"{entry.Name}\" is of type {entry.Type}; "
            + $"numbers of {string.Join(", ", NumberType.All.Select(type => type.Name))} are read.");
        file.Position = start + entry.Begin;
        var numbers = new float[(entry.End - entry.Begin) / type.Bytes];
        var bytes = new byte[Math.Min(Piece, numbers.Length) * type.Bytes];
        for (int first = 0, count; first < numbers.Length; first += count)
        {
            count = Math.Min(Piece, numbers.Length - first);
            file.ReadExactly(bytes, 0, count * type.Bytes);
            type.ToSingle(bytes.AsSpan(0, count * type.Bytes), numbers.AsSpan(first, count));
        }
        return numbers;
    }
}
