using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using VaeGpu.Training.Data;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Exchange;

/// <summary>
/// NumPy's archives of arrays: a zip file with a .npy file for each tensor. Metadata are files of text beside them, which numpy.load gives
/// as bytes.
/// </summary>
internal static class NpzFile
{
    private const string Array = ".npy", Text = ".txt";
    private const int MostText = 16 << 20, MostEntries = 1 << 16, Piece = 1 << 16;

    /// <summary>The same time for every file, so that equal models give equal archives: the earliest that zip files know.</summary>
    private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes tensors in PyTorch's layout; <paramref name="metadata"/> is text by name.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, string> metadata, TorchTensor[] tensors, float[] parameters) =>
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach (TorchTensor tensor in tensors)
            {
                using Stream entry = Add(archive, tensor.Name + Array, CompressionLevel.NoCompression);
                NpyFile.WriteHeader(entry, tensor.Shape);
                foreach (ReadOnlyMemory<float> piece in tensor.Pieces(parameters))
                    entry.Write(MemoryMarshal.AsBytes(piece.Span));
            }
            foreach (var (name, value) in metadata)
            {
                using Stream entry = Add(archive, name + Text, CompressionLevel.Optimal);
                entry.Write(Encoding.UTF8.GetBytes(value));
            }
        });

    /// <summary>Reads the names, shapes and metadata of an open archive.</summary>
    /// <exception cref="RunException">It is incomplete or damaged, or it is a pickled PyTorch file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TensorFile Open(string path, FileStream file)
    {
        var archive = Guarded(path, () => new ZipArchive(file, ZipArchiveMode.Read));
        try
        {
            return Guarded(path, () => Open(path, file, archive));
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    private static TensorFile Open(string path, FileStream file, ZipArchive archive)
    {
        if (archive.Entries.Count > MostEntries)
            throw new InvalidDataException(FormattableString.Invariant($"it has over {MostEntries} files"));
        if (archive.Entries.Any(entry => entry.Name == "data.pkl"))
            throw TensorFile.Pickled(path);
        if (archive.Entries.GroupBy(entry => entry.FullName).FirstOrDefault(same => same.Skip(1).Any()) is { } twice)
            throw new InvalidDataException($"it has \"{twice.Key}\" twice");
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            // Nothing is allocated for an impossible length.
            if (entry.CompressedLength > file.Length || entry.Length > Math.Max(entry.CompressedLength, 1) * IdxFile.DeflateLimit)
                throw new InvalidDataException(FormattableString.Invariant($"\"{entry.FullName}\" claims {entry.Length} bytes"));
        }
        var metadata = ModelMetadata.Names.Select(name => (Name: name, Entry: archive.GetEntry(name + Text)))
            .Where(text => text.Entry is not null).ToDictionary(text => text.Name, text => TextOf(text.Entry!));
        return new TensorFile(
            metadata, archive.Entries.Where(entry => entry.FullName.EndsWith(Array, StringComparison.Ordinal)).Select(Tensor), archive);

        StoredTensor Tensor(ZipArchiveEntry entry)
        {
            using Stream content = entry.Open();
            var array = new NpyReader($"{path}, \"{entry.FullName}\"", content, entry.Length, leastAxes: 1);
            return new(entry.FullName[..^Array.Length], array.Shape, array.Type, () => Guarded(path, () => Read(path, entry)));
        }
    }

    private static Stream Add(ZipArchive archive, string name, CompressionLevel compression)
    {
        ZipArchiveEntry entry = archive.CreateEntry(name, compression);
        entry.LastWriteTime = Time;
        return entry.Open();
    }

    private static string TextOf(ZipArchiveEntry entry)
    {
        if (entry.Length > MostText)
            throw new InvalidDataException(FormattableString.Invariant($"\"{entry.FullName}\" claims {entry.Length} bytes"));
        using var content = new ChecksumStream(entry);
        var text = new byte[entry.Length];
        content.ReadExactly(text);
        content.ThrowIfOther();
        return Encoding.UTF8.GetString(text);
    }

    private static float[] Read(string path, ZipArchiveEntry entry)
    {
        using var content = new ChecksumStream(entry);
        var array = new NpyReader($"{path}, \"{entry.FullName}\"", content, entry.Length, leastAxes: 1);
        var numbers = new float[array.Count];
        var wide = new double[Math.Min(Piece, numbers.Length)];
        for (int first = 0, count; first < numbers.Length; first += count)
        {
            count = Math.Min(Piece, numbers.Length - first);
            array.Read(wide.AsSpan(0, count));
            for (var i = 0; i < count; i++)
                numbers[first + i] = (float)wide[i];
        }
        content.ThrowIfOther();
        return numbers;
    }

    /// <summary>What <paramref name="read"/> reads; what is wrong with the archive or an array of it is told in one sentence.</summary>
    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new RunException($"\"{path}\" is no sound .npz file: {e.Message.TrimEnd('.')}; write or copy it again.", e);
        }
        catch (DataException e)
        {
            throw new RunException(e.Message, e);
        }
    }

    /// <summary>A file of an archive, with the checksum of what was read.</summary>
    private sealed class ChecksumStream(ZipArchiveEntry entry) : Stream
    {
        private readonly Stream content = entry.Open();
        private readonly Crc32 sum = new();

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => entry.Length;
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        /// <exception cref="InvalidDataException">What was read has another checksum than the archive says.</exception>
        public void ThrowIfOther()
        {
            if (sum.GetCurrentHashAsUInt32() != entry.Crc32)
                throw new InvalidDataException($"the checksum of \"{entry.FullName}\" does not fit");
        }

        public override int Read(Span<byte> buffer)
        {
            int read = content.Read(buffer);
            sum.Append(buffer[..read]);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            content.Dispose();
            base.Dispose(disposing);
        }
    }
}
