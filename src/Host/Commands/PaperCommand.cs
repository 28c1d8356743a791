using VaeGpu.Training.Papers;

namespace VaeGpu.Host.Commands;

/// <summary>The command "paper": published results, reproduced and compared.</summary>
internal static class PaperCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var name = new Argument<string?>("name")
        {
            Description = "The result; without one, the results are listed", Arity = ArgumentArity.ZeroOrOne,
        };
        var full = new Option<bool>("--full") { Description = "The published schedule, for GPUs, where there is a short form as well" };
        var data = OptionOf.Text("--data", "source", "Where MNIST is, as for \"train\" [default: mnist, which is downloaded once]");
        var output = OptionOf.Text("--out", "folder", "Folder for runs and verdict [default: a new folder under runs]");
        var overwrite = CommonOptions.Overwrite("a result");
        var json = new Option<bool>("--json") { Description = "Write JSON; progress goes to the error stream" };
        var machine = new MachineOptions();
        var command = new Command(
            "paper", "Reproduces a published result: trains what it needs, and ends with a verdict beside the published figures.")
        {
            name,
        };
        foreach (Option option in (Option[])[full, data, output, overwrite, json, .. machine.All])
            command.Add(option);
        command.SetAction(result =>
        {
            bool asJson = result.GetValue(json);
            if (result.GetValue(name) is not { } asked)
            {
                return command.Options.FirstOrDefault(option => option != json && result.Gave(option)) is { } given
                    ? throw new UsageException($"{given.Name} goes with the name of a result: vaegpu paper NAME.")
                    : PaperProgram.List(asJson, terminal);
            }
            Paper paper = Paper.All.FirstOrDefault(one => one.Name == asked)
                ?? throw new UsageException($"There is no result \"{asked}\"; there are {string.Join(", ", Paper.All)}.");
            if (result.GetValue(full) && paper.Full is null)
                throw new UsageException($"--full: {paper} has one form only; leave it out.");
            return PaperProgram.Run(
                new(
                    paper, result.GetValue(full), result.GetValue(data) ?? "mnist", result.GetValue(output), result.GetValue(overwrite),
                    asJson, machine.Read(result)),
                terminal, stop);
        });
        return command;
    }
}
