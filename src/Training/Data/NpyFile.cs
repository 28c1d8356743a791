using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>
/// NumPy's array files, format 1.0: "\x93NUMPY", the version, the header's length (16 bits), a Python dictionary that says type, order
/// and shape, then the numbers, little-endian. Read are float32, float64, uint8 and bool in C order; written is float32.
/// </summary>
public static partial class NpyFile
{
    private const int Preamble = 10;
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>Writes <paramref name="values"/> of the given shape to <paramref name="path"/>.</summary>
    /// <exception cref="ArgumentException">The shape holds another number of values.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public static void Write(string path, float[] values, params int[] shape)
    {
        if (shape.Aggregate(1L, (product, side) => product * side) != values.Length)
            throw new ArgumentException($"{values.Length} values do not fill {string.Join('×', shape)}.", nameof(shape));
        var sides = string.Join(", ", shape.Select(side => side.ToString(CultureInfo.InvariantCulture)));
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({sides}{(shape.Length == 1 ? "," : "")}), }}";
        // The numbers start at a multiple of 64 bytes; the header ends with a line feed.
        var length = (Preamble + header.Length + 1 + 63) / 64 * 64 - Preamble;
        AtomicFile.Write(path, stream =>
        {
            Span<byte> size = stackalloc byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)length);
            stream.Write(Magic);
            stream.Write(size);
            stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
            stream.Write(MemoryMarshal.AsBytes<float>(values));
        });
    }

    /// <summary>Reads an array of two dimensions or more, its first being the examples.</summary>
    /// <exception cref="DataException">The file cannot be read, or is not such an array.</exception>
    public static NpyArray Read(string path)
    {
        return Parse(path, DataFile.ReadAllBytes(path));
    }

    /// <summary>The array of <paramref name="file"/>, the content of <paramref name="path"/>.</summary>
    /// <exception cref="DataException">It is not such an array.</exception>
    internal static NpyArray Parse(string path, byte[] file)
    {
        if (file.Length < Preamble || !file.AsSpan(0, 6).SequenceEqual(Magic[..6]))
            throw new DataException($"{path} is not a .npy file: it does not begin with \"\\x93NUMPY\".");
        if (!file.AsSpan(6, 2).SequenceEqual(Magic[6..]))
            throw new DataException($"{path} has .npy format {file[6]}.{file[7]}, not 1.0; save it again with numpy.save.");
        var start = Preamble + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        if (file.Length < start)
            throw new DataException($"{path} is cut short: {file.Length} bytes, where its header ends at {start}.");
        var header = Header().Match(Encoding.Latin1.GetString(file, Preamble, start - Preamble));
        if (!header.Success)
            throw new DataException($"{path} has a .npy header that cannot be read; save the array again with numpy.save.");
        return Parse(path, file.AsSpan(start), header);
    }

    private static NpyArray Parse(string path, ReadOnlySpan<byte> data, Match header)
    {
        var type = header.Groups["type"].Value;
        var bytes = type switch { "|u1" or "|b1" => 1, "<f4" => 4, "<f8" => 8, _ => 0 };
        if (bytes == 0)
            throw new DataException($"{path} holds numbers of type \"{type}\"; save it as float32, float64, uint8 or bool (array.astype(\"float32\")).");
        if (header.Groups["order"].Value == "True")
            throw new DataException($"{path} is in Fortran order; save numpy.ascontiguousarray(array).");
        int[] shape =
            [.. header.Groups["side"].Captures.Select(side => int.TryParse(side.Value, CultureInfo.InvariantCulture, out var n) ? n : -1)];
        if (shape.Length < 2 || shape.Any(side => side <= 0))
            throw new DataException($"{path} has the shape ({string.Join(", ", header.Groups["side"].Captures)}); examples × columns were expected, each from 1 to {int.MaxValue}.");
        var count = shape.Aggregate(1.0, (product, side) => product * side);
        if (data.Length != count * bytes)
            throw new DataException($"{path} has {data.Length} bytes of numbers, where its header claims {string.Join('×', shape)} of {bytes} bytes.");
        if (bytes == 1)
            return new NpyArray(shape, data.ToArray(), null);
        return new NpyArray(
            shape,
            null,
            bytes == 4
                ? Array.ConvertAll(MemoryMarshal.Cast<byte, float>(data).ToArray(), value => (double)value)
                : MemoryMarshal.Cast<byte, double>(data).ToArray());
    }

    [GeneratedRegex(
        """^\{'descr': '(?<type>[^']+)', 'fortran_order': (?<order>True|False), 'shape': \((?:(?<side>\d+)(?:, ?|(?=\))))*\), \} *\n$""")]
    private static partial Regex Header();
}

/// <summary>An array of a .npy file: of bytes or of numbers.</summary>
public sealed record NpyArray(int[] Shape, byte[]? Bytes, double[]? Numbers);
