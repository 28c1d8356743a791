using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Training.Runs;

/// <summary>
/// Checkpoints on disk. All numbers are little-endian:
/// "VaeGpuCk" · version (4 bytes) · h (4) · n (8) · h bytes of JSON, the header · n parameters, n first and n second moments
/// (4 each) · the SHA-256 of all that (32).
/// </summary>
public static class CheckpointFile
{
    /// <summary>The version that is written, and the highest that is read.</summary>
    public const int Version = 1;

    private const int PreludeBytes = 24;
    private const int Arrays = 3;
    private static ReadOnlySpan<byte> Magic => "VaeGpuCk"u8;

    /// <summary>Writes <paramref name="checkpoint"/> to <paramref name="path"/>, whole or not at all.</summary>
    /// <exception cref="ArgumentException">The arrays differ in length.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public static void Write(string path, Checkpoint checkpoint) => AtomicFile.Write(path, stream =>
    {
        if (checkpoint.FirstMoments.Length != checkpoint.Parameters.Length || checkpoint.SecondMoments.Length != checkpoint.Parameters.Length)
            throw new ArgumentException("Each parameter has one first and one second moment.", nameof(checkpoint));
        var header = JsonSerializer.SerializeToUtf8Bytes(checkpoint.Header, ConfigurationJson.Default.CheckpointHeader);
        var prelude = new byte[PreludeBytes];
        Magic.CopyTo(prelude);
        BinaryPrimitives.WriteInt32LittleEndian(prelude.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(prelude.AsSpan(12), header.Length);
        BinaryPrimitives.WriteInt64LittleEndian(prelude.AsSpan(16), checkpoint.Parameters.Length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadOnlySpan<byte[]> small = [prelude, header];
        foreach (var part in small)
            Append(part);
        ReadOnlySpan<float[]> large = [checkpoint.Parameters, checkpoint.FirstMoments, checkpoint.SecondMoments];
        foreach (var part in large)
            Append(MemoryMarshal.AsBytes(part.AsSpan()));
        stream.Write(hash.GetHashAndReset());

        void Append(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }
    });

    /// <summary>Reads the checkpoint at <paramref name="path"/>.</summary>
    /// <exception cref="RunException">There is no such file, or it is foreign, incomplete, damaged or of a newer version.</exception>
    public static Checkpoint Read(string path)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RunException($"There is no checkpoint at \"{path}\"; name the folder of a run that has finished an epoch.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"The checkpoint \"{path}\" cannot be read: {e.Message}", e);
        }
        var (headerBytes, count) = ReadPrelude(path, file);
        var body = file.AsSpan(..^SHA256.HashSizeInBytes);
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(file.AsSpan(body.Length)))
            throw Damaged(path, "its checksum does not fit");
        return new Checkpoint
        {
            Header = ReadHeader(path, body.Slice(PreludeBytes, headerBytes)),
            Parameters = ReadArray(0),
            FirstMoments = ReadArray(1),
            SecondMoments = ReadArray(2),
        };

        float[] ReadArray(int index) =>
            MemoryMarshal.Cast<byte, float>(file.AsSpan(PreludeBytes + headerBytes + index * sizeof(float) * count, sizeof(float) * count)).ToArray();
    }

    private static (int HeaderBytes, int Count) ReadPrelude(string path, ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Magic[..Math.Min(Magic.Length, file.Length)]) || file.IsEmpty)
            throw new RunException($"\"{path}\" is not a checkpoint of vaegpu.");
        if (file.Length < PreludeBytes)
            throw Incomplete(path, file.Length);
        var version = BinaryPrimitives.ReadInt32LittleEndian(file[8..]);
        if (version > Version)
            throw new RunException(
                $"The checkpoint \"{path}\" has format {version}, and this vaegpu reads formats up to {Version}; use the vaegpu that wrote it, or a newer one.");
        var headerBytes = BinaryPrimitives.ReadInt32LittleEndian(file[12..]);
        var count = BinaryPrimitives.ReadInt64LittleEndian(file[16..]);
        if (version < 1 || headerBytes < 0 || count is < 0 or > int.MaxValue)
            throw Damaged(path, "its first bytes make no sense");
        var expected = PreludeBytes + headerBytes + Arrays * sizeof(float) * count + SHA256.HashSizeInBytes;
        if (file.Length < expected)
            throw Incomplete(path, file.Length, expected);
        if (file.Length > expected)
            throw Damaged(path, $"it has {file.Length} bytes where {expected} belong");
        return (headerBytes, (int)count);
    }

    private static CheckpointHeader ReadHeader(string path, ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ConfigurationJson.Default.CheckpointHeader)
                ?? throw Damaged(path, "its header is empty");
        }
        catch (JsonException e)
        {
            throw Damaged(path, $"its header cannot be read: {e.Message}");
        }
    }

    private static RunException Incomplete(string path, long bytes, long? expected = null) => new(
        $"The checkpoint \"{path}\" is incomplete: it has {bytes}{(expected is null ? "" : $" of {expected}")} bytes; restore it from a copy, or train again.");

    private static RunException Damaged(string path, string how) => new(
        $"The checkpoint \"{path}\" is damaged: {how}; restore it from a copy, or train again.");
}
