using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Runs;

/// <summary>Gives some numbers of an array, until it is called again.</summary>
internal delegate ReadOnlySpan<float> NumbersAt(int first, int length);

/// <summary>Takes some numbers of an array.</summary>
internal delegate void TakeNumbers(int first, ReadOnlySpan<float> numbers);

/// <summary>
/// Checkpoints on disk. All numbers are little-endian:
/// "VaeGpuCk" · version (4 bytes) · h (4) · n (8) · h bytes of JSON, the header · n parameters, n first and n second moments
/// (4 each) · the SHA-256 of all that (32).
/// </summary>
public static class CheckpointFile
{
    /// <summary>The version that is written, and the highest that is read.</summary>
    public const int Version = 2;

    private const int PreludeBytes = 24;
    private const int Arrays = 3;

    /// <summary>Numbers handled at a time: few enough to stay in the processor's cache from hashing to writing.</summary>
    private const int Piece = 1 << 16;

    private static ReadOnlySpan<byte> Magic => "VaeGpuCk"u8;

    /// <summary>Writes <paramref name="checkpoint"/> to <paramref name="path"/>, whole or not at all.</summary>
    /// <exception cref="ArgumentException">The arrays differ in length.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public static void Write(string path, Checkpoint checkpoint)
    {
        var count = checkpoint.Parameters.Length;
        if (checkpoint.FirstMoments.Length != count || checkpoint.SecondMoments.Length != count)
            throw new ArgumentException("Each parameter has one first and one second moment.", nameof(checkpoint));
        Write(path, checkpoint.Header, count, In(checkpoint.Parameters), In(checkpoint.FirstMoments), In(checkpoint.SecondMoments));

        static NumbersAt In(float[] array) => (first, length) => array.AsSpan(first, length);
    }

    /// <summary>Reads the checkpoint at <paramref name="path"/>.</summary>
    /// <exception cref="RunException">There is no such file, or it is foreign, incomplete, damaged or of a newer version.</exception>
    public static Checkpoint Read(string path)
    {
        float[] parameters = [], firstMoments = [], secondMoments = [];
        var header = Read(path, count =>
        {
            (parameters, firstMoments, secondMoments) = (new float[count], new float[count], new float[count]);
            return [Into(parameters), Into(firstMoments), Into(secondMoments)];
        });
        return new Checkpoint { Header = header, Parameters = parameters, FirstMoments = firstMoments, SecondMoments = secondMoments };
    }

    /// <summary>Reads the parameters, which are all that a model at work needs; the moments are checked and not kept.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static (CheckpointHeader Header, float[] Parameters) ReadParameters(string path) => ReadParameters(path, early: null);

    /// <summary>
    /// The same. <paramref name="early"/> is told the header before the rest is read, so that work can begin; only when all is read is it
    /// known to be sound.
    /// </summary>
    /// <inheritdoc cref="Read(string)"/>
    internal static (CheckpointHeader Header, float[] Parameters) ReadParameters(string path, Action<CheckpointHeader>? early)
    {
        float[] parameters = [];
        var header = Read(path, count => [Into(parameters = new float[count]), null, null], early);
        return (header, parameters);
    }

    /// <summary>Reads the header; the rest is checked and not kept.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static CheckpointHeader ReadHeader(string path) => Read(path, _ => [null, null, null]);

    /// <summary>Writes a checkpoint of <paramref name="arrays"/> of <paramref name="count"/> numbers, asked for piece by piece.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    internal static void Write(string path, CheckpointHeader content, int count, params ReadOnlySpan<NumbersAt> arrays)
    {
        NumbersAt[] all = [.. arrays];
        AtomicFile.Write(path, stream =>
        {
            var header = JsonSerializer.SerializeToUtf8Bytes(content, ConfigurationJson.Default.CheckpointHeader);
            var prelude = new byte[PreludeBytes];
            Magic.CopyTo(prelude);
            BinaryPrimitives.WriteInt32LittleEndian(prelude.AsSpan(8), Version);
            BinaryPrimitives.WriteInt32LittleEndian(prelude.AsSpan(12), header.Length);
            BinaryPrimitives.WriteInt64LittleEndian(prelude.AsSpan(16), count);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Append(prelude);
            Append(header);
            foreach (var array in all)
            {
                for (int first = 0, length; first < count; first += length)
                {
                    length = Math.Min(Piece, count - first);
                    Append(MemoryMarshal.AsBytes(array(first, length)));
                }
            }
            stream.Write(hash.GetHashAndReset());

            void Append(ReadOnlySpan<byte> bytes)
            {
                hash.AppendData(bytes);
                stream.Write(bytes);
            }
        });
    }

    /// <summary>
    /// Reads a checkpoint piece by piece. <paramref name="open"/> is told how many numbers an array has, and gives what takes those of the
    /// parameters, the first and the second moments; null where they are only checked.
    /// </summary>
    /// <exception cref="RunException">
    /// There is no such file, or it is foreign, incomplete, damaged or of a newer version; discard what was read until then.
    /// </exception>
    internal static CheckpointHeader Read(string path, Func<int, TakeNumbers?[]> open, Action<CheckpointHeader>? early = null)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            return Read(path, file, open, early);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && !File.Exists(path))
        {
            throw new RunException($"There is no checkpoint at \"{path}\"; name the folder of a run that has finished an epoch.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"The checkpoint \"{path}\" cannot be read: {e.Message}", e);
        }
    }

    private static CheckpointHeader Read(
        string path, FileStream file, Func<int, TakeNumbers?[]> open, Action<CheckpointHeader>? early)
    {
        var prelude = new byte[Math.Min(PreludeBytes, file.Length)];
        file.ReadExactly(prelude);
        var (headerBytes, count) = ReadPrelude(path, prelude, file.Length);
        using var hash = new HashThread();
        hash.Append(prelude);
        var header = new byte[headerBytes];
        file.ReadExactly(header);
        hash.Append(header);
        Announce(path, header, early);
        // One piece is read while the other is in the hash.
        var (room, other) = (new float[Math.Min(Piece, count)], new float[Math.Min(Piece, count)]);
        var isFinite = true;
        foreach (var (array, take) in open(count).Index())
        {
            for (int first = 0, length; first < count; first += length)
            {
                length = Math.Min(Piece, count - first);
                var numbers = room.AsSpan(0, length);
                file.ReadExactly(MemoryMarshal.AsBytes(numbers));
                hash.Append(room, length);
                isFinite &= array > 0 || TensorPrimitives.IsFiniteAll<float>(numbers);
                take?.Invoke(first, numbers);
                (room, other) = (other, room);
            }
        }
        var checksum = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(checksum);
        if (!hash.Finish().AsSpan().SequenceEqual(checksum))
            throw Damaged(path, "its checksum does not fit");
        if (!isFinite)
            throw Damaged(path, "a parameter is infinite or not a number");
        return ReadHeader(path, header);
    }

    private static TakeNumbers Into(float[] array) => (first, numbers) => numbers.CopyTo(array.AsSpan(first));

    private static (int HeaderBytes, int Count) ReadPrelude(string path, ReadOnlySpan<byte> prelude, long bytes)
    {
        if (prelude.IsEmpty || !prelude.StartsWith(Magic[..Math.Min(Magic.Length, prelude.Length)]))
            throw new RunException($"\"{path}\" is not a checkpoint of vaegpu.");
        if (bytes < PreludeBytes)
            throw Incomplete(path, bytes);
        var version = BinaryPrimitives.ReadInt32LittleEndian(prelude[8..]);
        if (version > Version)
        {
            throw new RunException(
                $"The checkpoint \"{path}\" has format {version}, and this vaegpu reads formats up to {Version}; "
                + "use the vaegpu that wrote it, or a newer one.");
        }
        var headerBytes = BinaryPrimitives.ReadInt32LittleEndian(prelude[12..]);
        var count = BinaryPrimitives.ReadInt64LittleEndian(prelude[16..]);
        if (version < 1 || headerBytes < 0 || count < 0 || count > Array.MaxLength)
            throw Damaged(path, "its first bytes are invalid");
        var expected = PreludeBytes + headerBytes + Arrays * sizeof(float) * count + SHA256.HashSizeInBytes;
        if (bytes < expected)
            throw Incomplete(path, bytes, expected);
        if (bytes > expected)
            throw Damaged(path, $"it has {bytes} bytes where {expected} belong");
        return (headerBytes, (int)count);
    }

    private static CheckpointHeader ReadHeader(string path, ReadOnlySpan<byte> json)
    {
        try
        {
            var header = JsonSerializer.Deserialize<CheckpointHeader>(json, ConfigurationReading.Options)
                ?? throw Damaged(path, "its header is empty");
            return HeaderRules.Fault(header) is { } fault ? throw Damaged(path, fault) : header;
        }
        catch (JsonException e)
        {
            throw Damaged(path, $"its header cannot be read: {e.Message}");
        }
    }

    /// <summary>What is wrong with a header is said when the checksum has been compared.</summary>
    private static void Announce(string path, ReadOnlySpan<byte> json, Action<CheckpointHeader>? early)
    {
        try
        {
            early?.Invoke(ReadHeader(path, json));
        }
        catch (RunException)
        {
        }
    }

    private static RunException Incomplete(string path, long bytes, long? expected = null) => new(
        $"The checkpoint \"{path}\" is incomplete: it has {bytes}{(expected is null ? "" : $" of {expected}")} bytes; "
        + "restore it from a copy, or train again.");

    private static RunException Damaged(string path, string how) => new(
        $"The checkpoint \"{path}\" is damaged: {how}; restore it from a copy, or train again.");
}
