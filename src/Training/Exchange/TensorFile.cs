using VaeGpu.Training.Files;

namespace VaeGpu.Training.Exchange;

/// <summary>A file of named tensors, open for reading: its names, shapes and metadata are read and checked, its numbers are not.</summary>
internal sealed class TensorFile(IReadOnlyDictionary<string, string> metadata, IEnumerable<StoredTensor> tensors, IDisposable file)
    : IDisposable
{
    private const int SignatureBytes = 9;

    /// <summary>Text by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = metadata;

    /// <summary>The tensors, in the order of the file.</summary>
    public StoredTensor[] Tensors { get; } = [.. tensors];

    /// <summary>Opens a .safetensors or .npz file; which it is, its first bytes say.</summary>
    /// <exception cref="RunException">The file is missing, of another format, incomplete or damaged; a sentence says how.</exception>
    public static TensorFile Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = RegularFile.OpenRead(path);
            Span<byte> signature = stackalloc byte[SignatureBytes];
            int read = file.ReadAtLeast(signature, SignatureBytes, throwOnEndOfStream: false);
            file.Position = 0;
            return Open(path, file, signature[..read]);
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (e is IOException or UnauthorizedAccessException or InvalidDataException)
                throw Unreadable(path, e);
            throw;
        }
    }

    /// <summary>That a file cannot be read, with the system's reason.</summary>
    public static RunException Unreadable(string path, Exception e) => e is FileNotFoundException or DirectoryNotFoundException
        ? new RunException($"There is no file \"{path}\".", e)
        : new RunException($"\"{path}\" cannot be read: {e.Message.TrimEnd('.')}.", e);

    /// <summary>That a file is of a format which can hold code.</summary>
    public static RunException Pickled(string path) => new(
        $"\"{path}\" is a pickled PyTorch file, which can hold code and is not read; convert it in Python: "
        + $"safetensors.torch.save_file(torch.load(\"{path}\", weights_only=True), \"{Path.ChangeExtension(path, ".safetensors")}\").");

    public void Dispose() => file.Dispose();

    private static TensorFile Open(string path, FileStream file, ReadOnlySpan<byte> signature)
    {
        if (signature.StartsWith("PK"u8))
            return NpzFile.Open(path, file);
        // The pickle protocols 2 to 5 that torch.save has written since before archives.
        if (signature.Length > 1 && signature[0] == 0x80 && signature[1] is >= 2 and <= 5)
            throw Pickled(path);
        if (Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
            throw new RunException($"\"{path}\" is an ONNX file, which is exported and not imported; import .safetensors or .npz.");
        if (signature.Length == SignatureBytes && signature[^1] == (byte)'{')
            return SafetensorsFile.Open(path, file);
        throw new RunException($"\"{path}\" is neither a .safetensors nor a .npz file; vaegpu imports these two.");
    }
}
