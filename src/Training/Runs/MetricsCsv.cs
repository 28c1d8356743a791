using VaeGpu.Training.Files;

namespace VaeGpu.Training.Runs;

/// <summary>The metrics of a run as comma-separated values: one line for each epoch, the same in every locale.</summary>
public static class MetricsCsv
{
    /// <summary>The first line.</summary>
    public const string Header = "epoch,seconds,train_loss,train_rec,train_kl,test_loss,test_rec,test_kl";

    /// <summary>The columns behind those of <see cref="Header"/> in runs that minimize something else than the loss.</summary>
    public const string ObjectiveHeader = ",train_objective,test_objective";

    /// <summary>Writes <paramref name="epochs"/>, losses in nats per example, to <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    public static void Write(string path, IEnumerable<EpochMetrics> epochs)
    {
        EpochMetrics[] all = [.. epochs];
        bool hasObjective = all.Any(epoch => epoch.TestObjective is not null);
        string header = Header + (hasObjective ? ObjectiveHeader : "");
        AtomicFile.WriteLines(path, all.Select(epoch => Line(epoch, hasObjective)).Prepend(header));
    }

    /// <summary>Reads what <see cref="Write"/> wrote, which may be under way in another process.</summary>
    /// <returns>The epochs; none where there is no such file yet.</returns>
    /// <exception cref="RunException">The file cannot be read, or a line of it is not one of metrics.</exception>
    public static IReadOnlyList<EpochMetrics> Read(string path)
    {
        try
        {
            return File.Exists(path) ? [.. ReadLines(path).Skip(1).Select((line, i) => Parse(path, i + 2, line))] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"The metrics \"{path}\" cannot be read: {e.Message}", e);
        }
    }

    private static IEnumerable<string> ReadLines(string path)
    {
        using var text = new StreamReader(RegularFile.OpenRead(path));
        while (text.ReadLine() is { } line)
            yield return line;
    }

    private static EpochMetrics Parse(string path, int line, string text)
    {
        const int Columns = 8;
        string[] cells = text.Split(',');
        var numbers = new double?[cells.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            if (double.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
                numbers[i] = number;
            // A run that an earlier version began has no objective of its first epochs.
            else if (i < Columns || cells[i].Length > 0)
                throw new RunException($"\"{path}\", line {line}: \"{cells[i]}\" is not a number.");
        }
        if (numbers.Length is not (Columns or Columns + 2) || numbers[0] is not (>= 1 and <= int.MaxValue))
            throw new RunException($"\"{path}\", line {line}: this is not a line of metrics.");
        return new((int)numbers[0]!, (double)numbers[1]!, Terms(3), Terms(6))
        {
            TrainObjective = numbers.ElementAtOrDefault(Columns), TestObjective = numbers.ElementAtOrDefault(Columns + 1),
        };

        LossTerms Terms(int first) => new((double)numbers[first]!, (double)numbers[first + 1]!);
    }

    private static string Line(EpochMetrics epoch, bool hasObjective) => string.Create(
        CultureInfo.InvariantCulture,
        $"{epoch.Epoch},{epoch.Seconds:F3},{Terms(epoch.Train)},{Terms(epoch.Test)}")
        + (hasObjective ? string.Create(CultureInfo.InvariantCulture, $",{epoch.TrainObjective:F6},{epoch.TestObjective:F6}") : "");

    private static string Terms(LossTerms terms) =>
        string.Create(CultureInfo.InvariantCulture, $"{terms.Loss:F6},{terms.Reconstruction:F6},{terms.Kl:F6}");
}
