using System.CommandLine.Parsing;
using System.Diagnostics;

namespace VaeGpu.Host.Commands;

/// <summary>The command "puzzles": builds samples/Puzzles, with the kernels as the user has edited them, and runs it.</summary>
internal static class PuzzlesCommand
{
    private static readonly string Project = Path.Combine("samples", "Puzzles");

    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var number = new Argument<int?>("number")
        {
            Description = "The puzzle [default: list all, and which are solved]", Arity = ArgumentArity.ZeroOrOne, CustomParser = Number,
        };
        var hint = new Option<bool>("--hint") { Description = "Give a hint" };
        var output = OptionOf.Text("--out", "folder", "Draw which thread touches which element, SVG and PNG, to a folder");
        var folder = OptionOf.Text(
            "--folder", "folder", "Folder of the puzzles [default: samples/Puzzles in the current folder or one above it]");
        const string What = "Runs an exercise in kernels: builds it, runs it on the interpreter, which finds races and other faults, shows "
            + "which thread touched which element, and compares its accesses with the best known.";
        var command = new Command("puzzles", What) { number, hint, output, folder };
        command.SetAction(result =>
        {
            string where = result.GetValue(folder) ?? Find(Directory.GetCurrentDirectory());
            string[] arguments = result.GetValue(number) is { } chosen ? [chosen.ToString(CultureInfo.InvariantCulture)] : [];
            if (result.GetValue(output) is { } pictures)
                arguments = [.. arguments, "--out", pictures];
            return Run(where, result.GetValue(hint) ? [.. arguments, "--hint"] : arguments, terminal, stop);
        });
        return command;
    }

    private static int? Number(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return number;
        result.AddError($"A puzzle is named by its number, such as 1; not by \"{text}\".");
        return null;
    }

    /// <summary>The puzzles' folder in that of a clone or in one above it.</summary>
    private static string Find(string from)
    {
        for (DirectoryInfo? above = new(from); above is not null; above = above.Parent)
        {
            string folder = Path.Combine(above.FullName, Project);
            if (Directory.Exists(folder))
                return folder;
        }
        throw new UsageException(
            $"{Project} is neither in {from} nor above it. Go to a clone of the repository, or name the puzzles' folder with --folder.");
    }

    private static int Run(string folder, string[] arguments, Terminal terminal, CancellationToken stop)
    {
        if (!Directory.Exists(folder))
            throw new UsageException($"--folder {folder} is not there.");
        string[] call = ["run", "--configuration", "Release", "--project", folder, "--", .. arguments];
        using var program = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", call) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        program.OutputDataReceived += (_, line) => Tell(terminal.Output, line.Data);
        program.ErrorDataReceived += (_, line) => Tell(terminal.Error, line.Data);
        if (terminal.Interactive)
            terminal.Output.WriteLine($"building {folder}");
        try
        {
            program.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"dotnet, which builds the puzzles, cannot be started: {e.Message}. Install the .NET SDK.", e);
        }
        using CancellationTokenRegistration killed = stop.Register(() => program.Kill(entireProcessTree: true));
        program.BeginOutputReadLine();
        program.BeginErrorReadLine();
        program.WaitForExit();
        stop.ThrowIfCancellationRequested();
        return program.ExitCode;
    }

    /// <summary>Writes a line. The end of a stream arrives as null and is ignored.</summary>
    private static void Tell(TextWriter writer, string? line)
    {
        if (line is not null)
            writer.WriteLine(line);
    }
}
