using System.CommandLine;
using System.Globalization;

namespace VaeGpu.Host.Commands;

/// <summary>The option --label: a class of a conditional model, by its number or its name.</summary>
internal sealed class LabelOption
{
    private readonly Option<string?> option;

    public LabelOption(Command command, string description)
    {
        option = OptionOf.Text("--label", "class", description);
        command.Options.Add(option);
    }

    /// <summary>The class that was asked for; null where none was.</summary>
    /// <exception cref="UsageException">The model has no classes, or no such class.</exception>
    public byte? Read(ParseResult result, LoadedRun run)
    {
        if (result.GetValue(option) is not { } text)
            return null;
        if (run.Generation.Classes == 0)
            throw new UsageException("--label needs a conditional model: train one with --condition labels.");
        for (var label = 0; label < run.LabelNames?.Count; label++)
        {
            if (run.LabelNames[label] == text)
                return (byte)label;
        }
        return byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < run.Generation.Classes
            ? number
            : throw new UsageException($"--label: the model has no class \"{text}\"; {Classes(run)}.");
    }

    /// <summary>The same for a command that cannot do without it on a conditional model; null where the model is none.</summary>
    /// <exception cref="UsageException">As for <see cref="Read"/>, or it was not given.</exception>
    public byte? ReadRequired(ParseResult result, LoadedRun run) => Read(result, run) is { } label
        ? label
        : run.Generation.Classes == 0
            ? null
            : throw new UsageException($"The model is conditional: say with --label which class to decode; {Classes(run)}.");

    /// <summary>What the default name of a file says of the class.</summary>
    public static string Suffix(byte? label) => label is null ? "" : FormattableString.Invariant($"-label-{label}");

    private static string Classes(LoadedRun run) => run.LabelNames is { } names
        ? $"its classes are {string.Join(", ", names)}"
        : FormattableString.Invariant($"its classes go from 0 to {run.Generation.Classes - 1}");
}
