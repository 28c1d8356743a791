using System.CommandLine;
using System.Globalization;

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
        if (run.Generation.Classes == 0)
            throw new UsageException("--label needs a conditional model: train one with --condition labels.");
        byte label = Known(text, run);
        if (run.Configuration.Data.UnseenLabels is not { } unseen || !unseen.Contains(label))
            return label;
        var seen = Enumerable.Range(0, run.Generation.Classes).Except(unseen)
            .Select(number => run.LabelNames?[number] ?? number.ToString(CultureInfo.InvariantCulture));
        throw new UsageException(
            $"--label: the model was trained on no example of class \"{text}\"; it was on those of {string.Join(", ", seen)}.");
    }

    private static byte Known(string text, LoadedRun run)
    {
        if (run.LabelNames?.Index().FirstOrDefault(name => name.Item == text) is (var named, not null))
            return (byte)named;
        return byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < run.Generation.Classes
            ? number
            : throw new UsageException($"--label: the model has no class \"{text}\"; {Classes(run)}.");
    }

    /// <summary>The same for a command that cannot do without it on a conditional model; null where the model is none.</summary>
    /// <exception cref="UsageException">As for <see cref="Read"/>, or it was not given.</exception>
    public static byte? ReadRequired(string? text, LoadedRun run) => text is null && run.Generation.Classes > 0
        ? throw new UsageException($"The model is conditional: say with --label which class to decode; {Classes(run)}.")
        : Read(text, run);

    private static string Classes(LoadedRun run) => run.LabelNames is { } names
        ? $"its classes are {string.Join(", ", names)}"
        : FormattableString.Invariant($"its classes go from 0 to {run.Generation.Classes - 1}");
}
