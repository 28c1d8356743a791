using System.Buffers.Binary;

namespace VaeGpu.Gpu.Runtime.Cuda;

/// <summary>Machine code of a kernel with what the driver's compiler said when it made it.</summary>
internal sealed record Cubin(byte[] Image, string Log)
{
    /// <summary>As it lies in the cache: the log's length in bytes, the log, the image.</summary>
    public byte[] ToBytes()
    {
        byte[] log = Encoding.UTF8.GetBytes(Log);
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, log.Length);
        return [.. length, .. log, .. Image];
    }

    /// <summary>What the cache holds; null where there is nothing of the kind.</summary>
    public static Cubin? FromBytes(byte[]? bytes)
    {
        if (bytes is null || bytes.Length < sizeof(int))
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length < 0 || length > bytes.Length - sizeof(int)
            ? null
            : new(bytes[(sizeof(int) + length)..], Encoding.UTF8.GetString(bytes, sizeof(int), length));
    }
}
