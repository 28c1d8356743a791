using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace VaeGpu.Training.Data;

/// <summary>The numbers of a .npy file, read in their order, as many at a time as are asked for.</summary>
internal sealed partial class NpyReader
{
    private const int SliceBytes = 1 << 16;
    private readonly Stream stream;
    private readonly int numberBytes;

    /// <summary>Reads the header.</summary>
    /// <param name="name">What the array is called in messages.</param>
    /// <param name="stream">The file, from its beginning on.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <param name="leastAxes">The fewest axes of an array that is read.</param>
    /// <exception cref="DataException">The file is not an array of so many dimensions or more of a type that is read.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public NpyReader(string name, Stream stream, long length, int leastAxes = 2)
    {
        this.stream = stream;
        Name = name;
        var preamble = new byte[NpyFile.Preamble];
        int read = stream.ReadAtLeast(preamble, preamble.Length, throwOnEndOfStream: false);
        if (read < preamble.Length || !preamble.AsSpan(0, 6).SequenceEqual(NpyFile.Magic[..6]))
            throw new DataException($"{name} is not a .npy file: it does not begin with \"\\x93NUMPY\".");
        if (!preamble.AsSpan(6, 2).SequenceEqual(NpyFile.Magic[6..]))
            throw new DataException($"{name} has .npy format {preamble[6]}.{preamble[7]}, not 1.0; save it again with numpy.save.");
        var text = new byte[BinaryPrimitives.ReadUInt16LittleEndian(preamble.AsSpan(8))];
        int start = preamble.Length + text.Length;
        if (length < start)
            throw new DataException($"{name} is cut short: {length} bytes, where its header ends at {start}.");
        stream.ReadExactly(text);
        var header = Header().Match(Encoding.Latin1.GetString(text));
        if (!header.Success)
            throw new DataException($"{name} has a .npy header that cannot be read; save the array again with numpy.save.");
        Type = header.Groups["type"].Value;
        numberBytes = NumberBytes(name, header);
        Shape = ShapeOf(name, header, leastAxes);
        var count = Shape.Aggregate(1.0, (product, side) => product * side);
        if (length - start != count * numberBytes)
        {
            throw new DataException($"{name} has {length - start} bytes of numbers, where its header claims {string.Join('×', Shape)} of "
                + $"{numberBytes} bytes.");
        }
        Count = (long)count;
    }

    /// <summary>What the array is called in messages.</summary>
    public string Name { get; }

    /// <summary>The type of its numbers, as NumPy writes it.</summary>
    public string Type { get; }

    /// <summary>The lengths of its axes.</summary>
    public int[] Shape { get; }

    /// <summary>Numbers in all.</summary>
    public long Count { get; }

    /// <summary>Whether the numbers are bytes or booleans.</summary>
    public bool IsBytes => numberBytes == 1;

    /// <summary>The next bytes of an array of bytes.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Read(Span<byte> bytes) => stream.ReadExactly(bytes);

    /// <summary>The next numbers.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Read(Span<double> numbers)
    {
        Span<byte> slice = new byte[(int)Math.Min(SliceBytes, (long)numbers.Length * numberBytes)];
        while (numbers.Length > 0)
        {
            int count = Math.Min(numbers.Length, slice.Length / numberBytes);
            Span<byte> bytes = slice[..(count * numberBytes)];
            stream.ReadExactly(bytes);
            if (numberBytes == sizeof(double))
                MemoryMarshal.Cast<byte, double>(bytes).CopyTo(numbers);
            else if (numberBytes == sizeof(float))
                Convert<float>(MemoryMarshal.Cast<byte, float>(bytes), numbers);
            else
                Convert<byte>(bytes, numbers);
            numbers = numbers[count..];
        }
    }

    /// <summary>All numbers.</summary>
    /// <exception cref="DataException">There is no room for them.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public double[] ReadNumbers()
    {
        TableFile.ThrowIfNoRoom(Name, Shape[0], Count / Shape[0], sizeof(double));
        var numbers = new double[Count];
        Read(numbers);
        return numbers;
    }

    private static void Convert<T>(ReadOnlySpan<T> from, Span<double> to) where T : INumber<T>
    {
        for (var i = 0; i < from.Length; i++)
            to[i] = double.CreateTruncating(from[i]);
    }

    private static int NumberBytes(string name, Match header)
    {
        var type = header.Groups["type"].Value;
        if (header.Groups["order"].Value == "True")
            throw new DataException($"{name} is in Fortran order; save numpy.ascontiguousarray(array).");
        return type switch
        {
            "|u1" or "|b1" => 1,
            "<f4" => 4,
            "<f8" => 8,
            _ => throw new DataException($"{name} holds numbers of type \"{type}\"; save it as float32, float64, uint8 or bool "
                + "(array.astype(\"float32\"))."),
        };
    }

    private static int[] ShapeOf(string name, Match header, int leastAxes)
    {
        var sides = header.Groups["side"].Captures;
        int[] shape = [.. sides.Select(side => int.TryParse(side.Value, CultureInfo.InvariantCulture, out var n) ? n : -1)];
        return shape.Length >= leastAxes && shape.All(side => side > 0)
            ? shape
            : throw new DataException($"{name} has the shape ({string.Join(", ", sides)}); "
                + $"{(leastAxes > 1 ? "examples × columns" : "sides")} were expected, each from 1 to {int.MaxValue}.");
    }

    [GeneratedRegex(
        """^\{'descr': '(?<type>[^']+)', 'fortran_order': (?<order>True|False), 'shape': \((?:(?<side>\d+)(?:, ?|(?=\))))*\), \} *\n$""")]
    private static partial Regex Header();
}
