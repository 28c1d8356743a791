using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Host.Commands;
using VaeGpu.Training.Distributed;

namespace VaeGpu.Host;

/// <summary>The program: reads the command line, runs a command, turns failures into one line and an exit code.</summary>
public static class VaeGpuProgram
{
    /// <summary>Runs <paramref name="arguments"/> until done or until <paramref name="stop"/> asks to stop.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken stop)
    {
        // Numbers are written as options are read, in tables, help and files alike.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var root = new RootCommand("Trains variational autoencoders with GPU kernels written in C#, on GPUs and on CPUs.")
        {
            new TrainCommand(terminal, stop),
            EvaluateCommand.Create(terminal, stop),
            CompareCommand.Create(terminal, stop),
            PaperCommand.Create(terminal, stop),
            SampleCommand.Create(terminal, stop),
            ReconstructCommand.Create(terminal, stop),
            InterpolateCommand.Create(terminal, stop),
            TraverseCommand.Create(terminal, stop),
            ManifoldCommand.Create(terminal, stop),
            EncodeCommand.Create(terminal, stop),
            DecodeCommand.Create(terminal, stop),
            ScoreCommand.Create(terminal, stop),
            ExportCommand.Create(terminal, stop),
            ImportCommand.Create(terminal),
            ServeCommand.Create(terminal, stop),
            ReportCommand.Create(terminal, stop),
            CheckCommand.Create(terminal, stop),
            TuneCommand.Create(terminal, stop),
            KernelsCommand.Create(terminal, stop),
            ProfileCommand.Create(terminal, stop),
            FusionCommand.Create(terminal, stop),
            LadderCommand.Create(terminal, stop),
            PuzzlesCommand.Create(terminal, stop),
            DevicesCommand.Create(terminal),
        };
        var result = root.Parse(arguments);
        if (result.Action is ParseErrorAction)
        {
            var errors = string.Join(Environment.NewLine, result.Errors.Select(error => $"error: {error.Message}"));
            Failures.Tell(terminal.Error, $"{errors}{Environment.NewLine}\"{HelpCall(result)}\" lists the options.");
            return ExitCode.Usage;
        }
        int code = Failures.Report(terminal.Error, () => result.Invoke(new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // Ctrl-C is handled by whoever holds the stop token.
            ProcessTerminationTimeout = null,
        }));
        if (UserCache.Problem is { } problem && !Communicators.IsBehindAnother)
            Failures.Tell(terminal.Error, $"note: compiled kernels are not kept, and the next start compiles them again: {problem}");
        return code;
    }

    private static string HelpCall(ParseResult result) => string.Join(' ', ["vaegpu", .. CommandPath(result.CommandResult), "--help"]);

    /// <summary>The command's name behind those of the commands that it is one of.</summary>
    private static IEnumerable<string> CommandPath(CommandResult result) =>
        result.Parent is CommandResult parent ? [.. CommandPath(parent), result.Command.Name] : [];
}
