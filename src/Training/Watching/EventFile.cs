using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using VaeGpu.Training.Watching.Events;

namespace VaeGpu.Training.Watching;

/// <summary>A file of events as TensorBoard reads them.</summary>
/// <remarks>
/// <para>Each record is the length of an event as a 64-bit number, a checksum of it, the event, and a checksum of that, all little-endian
/// (tensorflow/core/lib/io/record_writer.h). The event is a protocol buffer, described in events.proto. A checksum is the CRC-32C of the
/// bytes, rotated and offset, since bytes that hold their own CRC are weak.</para>
/// <para>TensorBoard takes all files of a folder whose names contain "tfevents" for one run, in the order of their names.</para>
/// </remarks>
public sealed class EventFile : IDisposable
{
    /// <summary>What the names of the files begin with.</summary>
    public const string NamePrefix = "events.out.tfevents.";

    private readonly FileStream file;
    private readonly TimeProvider time;

    /// <summary>Begins a new file in <paramref name="folder"/>.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="step">
    /// The steps that were made before; TensorBoard drops what earlier files say of later ones, which were trained again. 0 for a new run.
    /// </param>
    /// <param name="time">What tells the time of each event.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public EventFile(string folder, long step, TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        file = Create(folder);
        Write(new Event { FileVersion = "brain.Event:2" });
        if (step > 0)
            Write(new Event { Step = step, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
    }

    /// <summary>Writes numbers of a step.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Scalars(long step, params IEnumerable<(string Tag, double Value)> scalars) => Summarize(
        step, scalars.Select(scalar => new Summary.Types.Value { Tag = scalar.Tag, SimpleValue = (float)scalar.Value }));

    /// <summary>Writes a picture of a step, encoded as PNG.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Image(long step, string tag, EncodedPicture picture) => Summarize(step,
    [
        new Summary.Types.Value
        {
            Tag = tag,
            Image = new Summary.Types.Image
            {
                Width = picture.Width, Height = picture.Height, Colorspace = picture.Channels,
                EncodedImageString = ByteString.CopyFrom(picture.Png),
            },
        },
    ]);

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    /// <summary>The checksum of a record's parts.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8u;
    }

    private void Summarize(long step, IEnumerable<Summary.Types.Value> values)
    {
        var summary = new Summary();
        summary.Value.AddRange(values);
        Write(new Event { Step = step, Summary = summary });
    }

    private void Write(Event written)
    {
        written.WallTime = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        byte[] content = written.ToByteArray();
        var record = new byte[sizeof(ulong) + sizeof(uint) + content.Length + sizeof(uint)];
        BinaryPrimitives.WriteInt64LittleEndian(record, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Checksum(record.AsSpan(0, sizeof(ulong))));
        content.CopyTo(record, sizeof(ulong) + sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), Checksum(content));
        // In one piece, for a reader that looks on.
        file.Write(record);
        file.Flush();
    }

    /// <summary>A file of a name that no other has; names sort by the time at which their files were begun.</summary>
    private FileStream Create(string folder)
    {
        long seconds = time.GetUtcNow().ToUnixTimeSeconds();
        for (int attempt = 0; ; attempt++)
        {
            string name = FormattableString.Invariant($"{NamePrefix}{seconds}.vaegpu.{Environment.ProcessId}.{attempt}");
            try
            {
                return new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            }
            catch (IOException) when (File.Exists(Path.Combine(folder, name)))
            {
                // A run in the same second, of another process with the same number: in another container.
            }
        }
    }
}

/// <summary>A picture encoded as PNG.</summary>
/// <param name="Png">The file's bytes.</param>
/// <param name="Width">Pixels of a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1 for gray levels, 3 for red, green and blue.</param>
public sealed record EncodedPicture(byte[] Png, int Width, int Height, int Channels);
