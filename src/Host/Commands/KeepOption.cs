using System.CommandLine.Parsing;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Commands;

/// <summary>The option "--keep": the checkpoints that a run keeps.</summary>
internal static class KeepOption
{
    public static Option<KeptCheckpoints> Create() => new("--keep")
    {
        Description = "Checkpoints to keep: last; best, also that of the lowest held-out loss, which other commands then use; or every N, "
            + "also that of every N-th epoch [default: last]",
        HelpName = "which",
        Arity = new ArgumentArity(1, 2),
        AllowMultipleArgumentsPerToken = true,
        CustomParser = Read,
    };

    private static KeptCheckpoints? Read(ArgumentResult result)
    {
        string[] words = [.. result.Tokens.Select(token => token.Value)];
        switch (words)
        {
            case ["last"]:
                return new();
            case ["best"]:
                return new(Best: true);
            case ["every", var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int epochs)
                && epochs > 0:
                return new(Every: epochs);
            default:
                result.AddError("--keep takes last, best, or every and a number of epochs from 1, such as every 10; "
                    + $"not \"{string.Join(' ', words)}\".");
                return null;
        }
    }
}
