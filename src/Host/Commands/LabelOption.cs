using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Commands;

/// <summary>The option --label: a class of a conditional model, by its number or its name.</summary>
internal static class LabelOption
{
    public static Option<string?> Create(string description) => OptionOf.Text("--label", "class", description);

    /// <summary>The class that <paramref name="text"/> names; null where there is no text.</summary>
    /// <exception cref="UsageException">The model has no classes, no such class, or was not trained on it.</exception>
    public static byte? Read(string? text, LoadedRun run)
    {
        if (text is null)
            return null;
        return run.Generation.Classes == 0
            ? throw new UsageException("--label needs a conditional model: train one with --condition labels.")
            : Read(text, "--label", run.Configuration);
    }

    /// <summary>The class that a text of <paramref name="source"/> names, for a conditional model.</summary>
    /// <exception cref="UsageException">The model has no such class, or was not trained on it.</exception>
    public static byte Read(string text, string source, RunConfiguration run)
    {
        byte label = Known(text, source, run);
        if (run.Data.UnseenLabels is not { } unseen || !unseen.Contains(label))
            return label;
        var seen = Enumerable.Range(0, run.Model.Classes).Except(unseen)
            .Select(number => run.Data.LabelNames?[number] ?? number.ToString(CultureInfo.InvariantCulture));
        throw new UsageException(
            $"{source}: the model was trained on no example of class \"{text}\"; it was on those of {string.Join(", ", seen)}.");
    }

    private static byte Known(string text, string source, RunConfiguration run)
    {
        if (run.Data.LabelNames?.Index().FirstOrDefault(name => name.Item == text) is (var named, not null))
            return (byte)named;
        return byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < run.Model.Classes
            ? number
            : throw new UsageException($"{source}: the model has no class \"{text}\"; {Classes(run)}.");
    }

    /// <summary>The same for a command that cannot do without it on a conditional model; null where the model is none.</summary>
    /// <exception cref="UsageException">As for <see cref="Read(string?, LoadedRun)"/>, or it was not given.</exception>
    public static byte? ReadRequired(string? text, LoadedRun run) => text is null && run.Generation.Classes > 0
        ? throw new UsageException($"The model is conditional: say with --label which class to decode; {Classes(run.Configuration)}.")
        : Read(text, run);

    private static string Classes(RunConfiguration run) => run.Data.LabelNames is { } names
        ? $"its classes are {string.Join(", ", names)}"
        : FormattableString.Invariant($"its classes go from 0 to {run.Model.Classes - 1}");
}
