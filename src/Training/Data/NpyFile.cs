using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>
/// NumPy's array files, format 1.0: "\x93NUMPY", the version, the header's length (16 bits), a Python dictionary that says type, order
/// and shape, then the numbers, little-endian. Read are float32, float64, uint8 and bool in C order; written is float32.
/// </summary>
public static class NpyFile
{
    internal const int Preamble = 10;
    internal static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>Writes <paramref name="values"/> of the given shape to <paramref name="path"/>.</summary>
    /// <exception cref="ArgumentException">The shape holds another number of values.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public static void Write(string path, float[] values, params int[] shape)
    {
        if (shape.Aggregate(1L, (product, side) => product * side) != values.Length)
            throw new ArgumentException($"{values.Length} values do not fill {string.Join('×', shape)}.", nameof(shape));
        AtomicFile.Write(path, stream =>
        {
            WriteHeader(stream, shape);
            stream.Write(MemoryMarshal.AsBytes<float>(values));
        });
    }

    /// <summary>Writes what stands before the numbers of an array of float32.</summary>
    internal static void WriteHeader(Stream stream, int[] shape)
    {
        var sides = string.Join(", ", shape.Select(side => side.ToString(CultureInfo.InvariantCulture)));
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({sides}{(shape.Length == 1 ? "," : "")}), }}";
        // The numbers start at a multiple of 64 bytes; the header ends with a line feed.
        var length = (Preamble + header.Length + 1 + 63) / 64 * 64 - Preamble;
        Span<byte> size = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)length);
        stream.Write(Magic);
        stream.Write(size);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
    }

    /// <summary>Reads an array of two dimensions or more, its first being the examples.</summary>
    /// <exception cref="DataException">The file cannot be read, or is not such an array.</exception>
    public static NpyArray Read(string path) => DataFile.Read(path, () =>
    {
        using FileStream file = RegularFile.OpenRead(path);
        var array = new NpyReader(path, file, file.Length);
        if (!array.IsBytes)
            return new NpyArray(array.Shape, null, array.ReadNumbers());
        var bytes = new byte[array.Count];
        array.Read(bytes);
        return new NpyArray(array.Shape, bytes, null);
    });
}

/// <summary>An array of a .npy file: of bytes or of numbers.</summary>
public sealed record NpyArray(int[] Shape, byte[]? Bytes, double[]? Numbers);
