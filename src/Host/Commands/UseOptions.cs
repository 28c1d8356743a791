using System.CommandLine;
using VaeGpu.Training.Data;

namespace VaeGpu.Host.Commands;

/// <summary>What the commands that use a trained model have in common: the run, the data, the result's file, the device.</summary>
internal sealed class UseOptions
{
    private readonly Argument<string?> folder =
        new("run") { Description = "The run's folder, as \"train\" wrote it", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> run = OptionOf.Text("--run", "folder", "The run's folder, as an option");
    private readonly Option<string?> data =
        OptionOf.Text("--data", "source", "Data as for \"train\" [default: the run's held-out data]");
    private readonly Option<string?> output;
    private readonly Option<bool> overwrite = CommonOptions.Overwrite("a file");
    private readonly Option<string> device = CommonOptions.Device();
    private readonly Option<int> threads = CommonOptions.Threads();

    /// <summary>A command with these options; <paramref name="result"/> says what it writes where by default.</summary>
    public UseOptions(Command command, string result, bool takesData) : this(command, takesData)
    {
        output.Description = result;
        command.Options.Add(output);
        command.Options.Add(overwrite);
    }

    /// <summary>The same for a command that writes no file.</summary>
    public UseOptions(Command command, bool takesData)
    {
        output = OptionOf.Text("--out", "file", "");
        command.Arguments.Add(folder);
        command.Options.Add(run);
        if (takesData)
            command.Options.Add(data);
        command.Options.Add(device);
        command.Options.Add(threads);
    }

    public static Option<uint> Seed(string of) => OptionOf.Number("--seed", "n", 1u, 0u, uint.MaxValue, $"Seed of {of}");

    /// <summary>The run's folder.</summary>
    /// <exception cref="UsageException">It was not named, or twice.</exception>
    public string Folder(ParseResult result) => (result.GetValue(folder), result.GetValue(run)) switch
    {
        ({ } positional, null) => positional,
        (null, { } option) => option,
        (null, null) =>
            throw new UsageException($"Name the run's folder: vaegpu {result.CommandResult.Command.Name} FOLDER, or --run FOLDER."),
        _ => throw new UsageException("The run's folder is named twice; leave out --run."),
    };

    /// <summary>The file that was asked for, or <paramref name="name"/> in the run's folder.</summary>
    /// <exception cref="UsageException">It is there and may not be replaced.</exception>
    public string Output(ParseResult result, string name) =>
        PicturePath.Choose(result.GetValue(output), Folder(result), name, result.GetValue(overwrite));

    public LoadedRun Open(ParseResult result) =>
        LoadedRun.Open(Folder(result), result.GetRequiredValue(device), result.GetValue(threads));

    /// <summary>What the run held out, or what --data names; examples without labels are taken to be of <paramref name="label"/>.</summary>
    public ImageSet Data(ParseResult result, LoadedRun loaded, CancellationToken stop, byte? label = null)
    {
        var images = loaded.Data(result.GetValue(data), result.GetValue(threads), stop);
        return images.Labels is null && label is { } one ? images.WithLabels([.. Enumerable.Repeat(one, images.Count)], null) : images;
    }

    /// <summary>Numbers of examples or dimensions that must be below <paramref name="count"/>.</summary>
    /// <exception cref="UsageException">One is not.</exception>
    public static void ThrowIfBeyond(string name, IEnumerable<int> numbers, int count, string what)
    {
        foreach (var number in numbers)
        {
            if (number >= count)
                throw new UsageException($"{name}: there is no {what} {number}; they go from 0 to {count - 1}.");
        }
    }
}
