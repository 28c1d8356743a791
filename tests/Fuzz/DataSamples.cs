using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Parquet;
using Parquet.Schema;
using VaeGpu.Training.Data;
using VaeGpu.Training.Runs;

namespace VaeGpu.Fuzz;

/// <summary>Small sound files of data.</summary>
internal static class DataSamples
{
    private const int Count = 20, Side = 6;

    public static byte[] IdxImages => [.. Words(0x803, Count, Side, Side), .. Levels(Count * Side * Side)];

    public static byte[] IdxLabels => [.. Words(0x801, Count), .. Levels(Count)];

    public static byte[][] Npy =>
    [
        Array("|u1", "20, 6, 6", Levels(Count * Side * Side)),
        Array("<f4", "20, 3", [.. Enumerable.Range(0, 60).SelectMany(i => BitConverter.GetBytes(MathF.Sin(i)))]),
        Array("<f8", "20, 3", [.. Enumerable.Range(0, 60).SelectMany(i => BitConverter.GetBytes(Math.Cos(i)))]),
    ];

    public static byte[][] WholeCsv =>
        [Lines(i => $"{i},{i * i % 7},{(i % 2 == 0 ? "a" : "b")}", "x,y,class"), Lines(i => $"{i}\t{7 - i}")];

    public static byte[] CsvWithGaps => Lines(i => $"{i};\"{-i}.5\";{(i == 3 ? "" : $"{i}e3")}", "x;\"y \"\"z\"\"\";w");

    public static byte[][] Text => [Lines(i => new string((char)('a' + i), i)), Lines(i => $"é€😀{i}")];

    public static byte[] Metrics(string folder)
    {
        string path = Path.Combine(folder, "metrics.csv");
        MetricsCsv.Write(
            path, Enumerable.Range(1, Count).Select(i => new EpochMetrics(i, i, new(i * i, 1.0 / i), new(100.0 / i, Math.Sqrt(i)))));
        return File.ReadAllBytes(path);
    }

    public static byte[] Parquet
    {
        get
        {
            DataField[] fields = [new DataField<double>("size"), new DataField<int?>("count"), new DataField<string>("city")];
            using var file = new MemoryStream();
            WriteAsync().GetAwaiter().GetResult();
            return file.ToArray();

            async Task WriteAsync()
            {
                await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), file);
                for (var number = 0; number < 2; number++)
                {
                    using var group = writer.CreateRowGroup();
                    await group.WriteAsync<double>(fields[0], new double[] { 1.5, -2, 3e9, number });
                    await group.WriteAsync<int>(fields[1], new int?[] { 7, 1, 4, -number });
                    await group.WriteAsync(fields[2], new[] { "Bern", "Oslo", "Bern", "Lyon" });
                }
            }
        }
    }

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        return packed.ToArray();
    }

    public static byte[] Npz(byte[] array)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry("a.npy").Open();
            entry.Write(array);
        }
        return packed.ToArray();
    }

    private static byte[] Array(string type, string shape, byte[] numbers)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. numbers];
    }

    private static byte[] Lines(Func<int, string> line, string? first = null) =>
        Encoding.UTF8.GetBytes(
            string.Concat(new[] { first }.OfType<string>().Concat(Enumerable.Range(0, Count).Select(line)).Select(text => text + "\n")));

    private static byte[] Levels(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 37))];

    private static byte[] Words(params uint[] words)
    {
        var bytes = new byte[4 * words.Length];
        for (var i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), words[i]);
        return bytes;
    }
}
