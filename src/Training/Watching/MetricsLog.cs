using System.Buffers;
using System.Text.Json;
using VaeGpu.Training.Files;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Watching;

/// <summary>A run's progress as lines of JSON, at most one a second within an epoch, and one at each epoch's end.</summary>
/// <remarks>
/// <para>Lines of <c>"kind": "progress"</c> hold <c>time</c> (ISO 8601, UTC), <c>seconds</c> of training, <c>step</c>, <c>epoch</c>, the
/// part <c>done</c> of the run, the means over the epoch so far <c>train_loss</c>, <c>train_rec</c> and <c>train_kl</c> in nats per
/// example, <c>examples_per_second</c>, and <c>learning_rate</c> where it changes. Those of <c>"kind": "epoch"</c> hold the columns of
/// <see cref="MetricsCsv"/> beside time and step.</para>
/// <para>Lines are only added. A run that continues first drops those of steps that its checkpoint does not have, which are trained
/// again.</para>
/// </remarks>
public sealed class MetricsLog : ITrainingObserver, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly FileStream file;
    private readonly TimeProvider time;
    private readonly ArrayBufferWriter<byte> line = new();
    private long last;
    private long step;

    private MetricsLog(FileStream file, TimeProvider time) => (this.file, this.time, last) = (file, time, time.GetTimestamp());

    /// <summary>Opens the log of a run.</summary>
    /// <param name="path">The file; it is made where it is missing.</param>
    /// <param name="step">The steps that the run has made.</param>
    /// <param name="time">What tells the time.</param>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static MetricsLog Open(string path, long step, TimeProvider? time = null)
    {
        if (File.Exists(path))
        {
            string[] lines = File.ReadAllLines(path), kept = [.. lines.Where(line => StepOf(line) <= step)];
            if (kept.Length < lines.Length)
                AtomicFile.WriteLines(path, kept);
        }
        return new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read), time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Progressed(TrainingProgress progress)
    {
        step = progress.Step;
        if (time.GetElapsedTime(last) < Interval)
            return;
        last = time.GetTimestamp();
        Add("progress", json =>
        {
            json.WriteNumber("seconds", Math.Round(progress.Seconds, 3));
            json.WriteNumber("epoch", progress.Epoch);
            json.WriteNumber("done", Math.Round(progress.Done, 6));
            Write(json, "train", progress.Terms);
            json.WriteNumber("examples_per_second", Math.Round(progress.ImagesPerSecond, 1));
            if (progress.LearningRate is { } rate)
                json.WriteNumber("learning_rate", rate);
        });
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void EpochEnded(EpochMetrics metrics) => Add("epoch", json =>
    {
        json.WriteNumber("seconds", Math.Round(metrics.Seconds, 3));
        json.WriteNumber("epoch", metrics.Epoch);
        Write(json, "train", metrics.Train);
        Write(json, "test", metrics.Test);
        if (metrics.TrainObjective is { } train)
            json.WriteNumber("train_objective", train);
        if (metrics.TestObjective is { } test)
            json.WriteNumber("test_objective", test);
    });

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    private void Add(string kind, Action<Utf8JsonWriter> write)
    {
        line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteString("time", time.GetUtcNow().UtcDateTime);
            json.WriteNumber("step", step);
            write(json);
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        // In one piece, for a reader that looks on.
        file.Write(line.WrittenSpan);
        file.Flush();
    }

    private static void Write(Utf8JsonWriter json, string part, LossTerms terms)
    {
        json.WriteNumber($"{part}_loss", terms.Loss);
        json.WriteNumber($"{part}_rec", terms.Reconstruction);
        json.WriteNumber($"{part}_kl", terms.Kl);
    }

    /// <summary>The step of a line; none, which is behind all, where a process was killed while it wrote it.</summary>
    private static long StepOf(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("step", out JsonElement step)
                && step.TryGetInt64(out long number) ? number : long.MaxValue;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return long.MaxValue;
        }
    }
}
