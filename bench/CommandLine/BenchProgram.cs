using System.CommandLine;
using System.CommandLine.Invocation;
using VaeGpu.Kernels.Devices;

namespace VaeGpu.Bench.CommandLine;

/// <summary>Reads a command line and runs the command that it names.</summary>
internal static class BenchProgram
{
    private const int Failed = 1, Misused = 2;

    /// <summary>Runs one of some commands.</summary>
    /// <returns>
    /// What the command returns; 0 for help, 1 where a command says why it cannot go on, 2 for a line that is not understood.
    /// </returns>
    public static int Run(string description, string[] args, params Command[] commands)
    {
        var root = new RootCommand(description);
        foreach (Command command in commands)
            root.Add(command);
        ParseResult result = root.Parse(args);
        if (result.Action is ParseErrorAction)
        {
            foreach (var error in result.Errors)
                Console.Error.WriteLine($"error: {error.Message}");
            Console.Error.WriteLine("\"--help\" behind a command lists its options.");
            return Misused;
        }
        try
        {
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception failure) when (
            failure is CommandException or DeviceNotFoundException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {failure.Message}");
            return Failed;
        }
    }

    /// <summary>A command that gives all its arguments to somebody else, but for a request for help.</summary>
    public static Command PassingOn(string name, string description, Func<string[], int> run)
    {
        var command = new Command(name, description) { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(result => run([.. result.UnmatchedTokens]));
        return command;
    }
}
