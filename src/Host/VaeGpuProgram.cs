using System.CommandLine;
using System.CommandLine.Invocation;
using VaeGpu.Host.Commands;

namespace VaeGpu.Host;

/// <summary>The program: reads the command line, runs a command, turns failures into one line and an exit code.</summary>
public static class VaeGpuProgram
{
    /// <summary>Runs <paramref name="arguments"/> until done or until <paramref name="stop"/> asks to stop.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken stop)
    {
        var root = new RootCommand("Trains variational autoencoders with GPU kernels written in C#, on GPUs and on CPUs.")
        {
            new TrainCommand(terminal, stop),
            EvaluateCommand.Create(terminal, stop),
            SampleCommand.Create(terminal, stop),
            ReconstructCommand.Create(terminal, stop),
            InterpolateCommand.Create(terminal, stop),
            TraverseCommand.Create(terminal, stop),
            ManifoldCommand.Create(terminal, stop),
            EncodeCommand.Create(terminal, stop),
            ScoreCommand.Create(terminal, stop),
            CheckCommand.Create(terminal, stop),
            KernelsCommand.Create(terminal, stop),
            DevicesCommand.Create(terminal),
        };
        var result = root.Parse(arguments);
        if (result.Action is ParseErrorAction)
        {
            foreach (var error in result.Errors)
                terminal.Error.WriteLine($"error: {error.Message}");
            terminal.Error.WriteLine($"\"{HelpCall(result)}\" lists the options.");
            return ExitCode.Usage;
        }
        return Failures.Report(terminal.Error, () => result.Invoke(new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // Ctrl-C is handled by whoever holds the stop token.
            ProcessTerminationTimeout = null,
        }));
    }

    private static string HelpCall(ParseResult result) =>
        result.CommandResult.Command is RootCommand ? "vaegpu --help" : $"vaegpu {result.CommandResult.Command.Name} --help";
}
