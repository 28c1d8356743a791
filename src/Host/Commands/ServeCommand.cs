using VaeGpu.Host.Serving;
using VaeGpu.Training;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Commands;

/// <summary>The command "serve": a page on this machine that shows runs, done and under way, and lets models be explored.</summary>
internal static class ServeCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var folders = new Argument<string[]>("run") { Description = "The runs' folders", Arity = ArgumentArity.OneOrMore };
        var data = OptionOf.Text("--data", "source", "Where the runs' data is now, if it has moved");
        var where = new ListeningOptions();
        var machine = new MachineOptions();
        var command = new Command(
            "serve", "Serves a web page of runs, until Ctrl-C: training curves, samples, an explorer of latent space, strange examples.")
        {
            folders,
        };
        foreach (Option option in (Option[])[data, .. where.All, .. machine.All])
            command.Add(option);
        command.SetAction(result =>
        {
            string[] all = result.GetRequiredValue(folders);
            foreach (string folder in all.Where(folder => !IsRun(folder)))
                throw new RunException($"There is no run in \"{folder}\"; name the folder that \"vaegpu train\" wrote.");
            Listening listening = where.Read(result);
            using var server = Server.OfRuns(all, result.GetValue(data), machine.Read(result), terminal);
            string url = server.Listen(listening);
            terminal.Output.WriteLine($"serving {string.Join(", ", server.Runs.Select(run => run.Name))} at {url}");
            terminal.Output.WriteLine("stop with Ctrl-C");
            terminal.Output.Flush();
            stop.WaitHandle.WaitOne();
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A run has its configuration before its first checkpoint.</summary>
    private static bool IsRun(string folder) =>
        File.Exists(RunFolder.ConfigurationIn(folder)) || File.Exists(RunFolder.CheckpointIn(folder));
}
