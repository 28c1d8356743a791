namespace VaeGpu.Host.Commands;

/// <summary>The folder of a run, as an argument or as the option --run.</summary>
internal sealed class RunArgument
{
    private readonly Argument<string?> folder =
        new("run") { Description = "The run's folder, as \"train\" wrote it", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> run = OptionOf.Text("--run", "folder", "The run's folder, as an option");

    /// <summary>Adds both to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(folder);
        command.Add(run);
    }

    /// <summary>The folder.</summary>
    /// <exception cref="UsageException">It was not named, or twice.</exception>
    public string Read(ParseResult result) => (result.GetValue(folder), result.GetValue(run)) switch
    {
        ({ } positional, null) => positional,
        (null, { } option) => option,
        (null, null) => throw new UsageException(
            $"Name the run's folder: vaegpu {result.CommandResult.Command.Name} FOLDER, or --run FOLDER."),
        _ => throw new UsageException("The run's folder is named twice; leave out --run."),
    };
}
