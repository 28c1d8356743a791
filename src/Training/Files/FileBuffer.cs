using System.Numerics;

namespace VaeGpu.Training.Files;

/// <summary>Reads whole files, one after the other, into the same memory.</summary>
internal sealed class FileBuffer
{
    private byte[] bytes = [];

    /// <summary>The content of a file that has some. It stands until the next file is read.</summary>
    /// <inheritdoc cref="RegularFile.OpenRead(string)"/>
    public ArraySegment<byte> Read(string path)
    {
        using var file = RegularFile.OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength)
            throw new IOException("it has more than 2 GB");
        if (length > bytes.Length)
            bytes = new byte[Math.Min(BitOperations.RoundUpToPowerOf2((ulong)length), (ulong)Array.MaxLength)];
        int read = 0;
        for (int got = 1; got > 0; read += got)
            got = RandomAccess.Read(file, bytes.AsSpan(read, (int)length - read), read);
        return new ArraySegment<byte>(bytes, 0, read);
    }
}
