using System.Buffers.Binary;
using Google.Protobuf;
using VaeGpu.Training.Watching;

namespace VaeGpu.Tests.Watching;

/// <summary>An event of a file, read by the numbers of its fields.</summary>
internal sealed record ReadEvent(double Time, long Step, string? Version, bool IsRestart, IReadOnlyList<ReadValue> Values);

/// <summary>A value of an event: a number, or a picture's width, height, channels and file.</summary>
internal sealed record ReadValue(string Tag, float? Number, (int Width, int Height, int Channels, byte[] Png)? Picture);

/// <summary>Reads event files as TensorBoard does, by the published layout and not by what the writer's description says.</summary>
internal static class EventReader
{
    /// <summary>All events of a file; a wrong checksum, or bytes behind the last record, fail.</summary>
    public static IReadOnlyList<ReadEvent> Read(string path)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        var events = new List<ReadEvent>();
        while (bytes.Length > 0)
        {
            int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), Is.EqualTo(Masked(bytes[..8])));
            ReadOnlySpan<byte> content = bytes.Slice(12, length);
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 + length)..]), Is.EqualTo(Masked(content)));
            events.Add(Event(content.ToArray()));
            bytes = bytes[(16 + length)..];
        }
        return events;
    }

    /// <summary>The event files of a folder, in the order in which TensorBoard reads them.</summary>
    public static string[] FilesIn(string folder) =>
        [.. Directory.GetFiles(folder, $"{EventFile.NamePrefix}*").Order(StringComparer.Ordinal)];

    /// <summary>CRC-32C, bit by bit from the reversed polynomial 0x1EDC6F41, rotated and offset.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
        }
        crc = ~crc;
        return unchecked((crc >> 15 | crc << 17) + 0xA282EAD8);
    }

    private static ReadEvent Event(byte[] content)
    {
        var (time, step, version, restart, values) = (0.0, 0L, (string?)null, false, new List<ReadValue>());
        Fields(content, (field, input) =>
        {
            switch (field)
            {
                case 1: time = input.ReadDouble(); break;
                case 2: step = input.ReadInt64(); break;
                case 3: version = input.ReadString(); break;
                case 5:
                    Fields(input.ReadBytes().ToByteArray(), (_, summary) => values.Add(Value(summary.ReadBytes().ToByteArray())));
                    break;
                case 7: Fields(input.ReadBytes().ToByteArray(), (_, session) => restart = session.ReadEnum() == 1); break;
                default: throw new InvalidDataException($"An event has no field {field}.");
            }
        });
        return new(time, step, version, restart, values);
    }

    private static ReadValue Value(byte[] content)
    {
        var (tag, number, picture) = ("", (float?)null, ((int, int, int, byte[])?)null);
        Fields(content, (field, input) =>
        {
            switch (field)
            {
                case 1: tag = input.ReadString(); break;
                case 2: number = input.ReadFloat(); break;
                case 4: picture = Picture(input.ReadBytes().ToByteArray()); break;
                default: throw new InvalidDataException($"A value has no field {field}.");
            }
        });
        return new(tag, number, picture);
    }

    private static (int, int, int, byte[]) Picture(byte[] content)
    {
        int[] sizes = new int[4];
        byte[] png = [];
        Fields(content, (field, input) =>
        {
            if (field == 4)
                png = input.ReadBytes().ToByteArray();
            else
                sizes[field] = input.ReadInt32();
        });
        return (sizes[2], sizes[1], sizes[3], png);
    }

    private static void Fields(byte[] content, Action<int, CodedInputStream> read)
    {
        using var input = new CodedInputStream(content);
        while (input.ReadTag() is not 0 and var tag)
            read(WireFormat.GetTagFieldNumber(tag), input);
    }
}
