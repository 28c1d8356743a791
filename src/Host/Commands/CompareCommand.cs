namespace VaeGpu.Host.Commands;

/// <summary>The command "compare": several runs as one table and one picture.</summary>
internal static class CompareCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var runs = new Argument<string[]>("runs")
        {
            Description = "The runs' folders, as \"train\" wrote them", Arity = ArgumentArity.ZeroOrMore,
        };
        var evaluate = new Option<bool>("--evaluate")
        {
            Description = "Evaluate each model on the data that its run held out: ELBO, log p(x) and active units",
        };
        var samples = OptionOf.Number(
            "--importance-samples", "n", 100, 1, 10_000_000, "With --evaluate, draws of the latent vector for each image");
        var seed = CommonOptions.Seed("the draws");
        var json = new Option<bool>("--json") { Description = "Write JSON" };
        var output = OptionOf.Text("--out", "folder", "Draw the curves of the held-out losses, SVG and PNG, to a folder");
        var overwrite = CommonOptions.Overwrite("a picture");
        var machine = new MachineOptions();
        var command = new Command(
            "compare", "Compares runs: the settings that differ, held-out losses, epochs and time; with --evaluate also log p(x).")
        {
            runs,
        };
        foreach (Option option in (Option[])[evaluate, samples, seed, json, output, overwrite, .. machine.All])
            command.Add(option);
        Option[] ofEvaluation = [samples, seed, .. machine.All];
        command.SetAction(result =>
        {
            string[] folders = result.GetValue(runs) ?? [];
            if (folders.Length < 2)
                throw new UsageException("Name the folders of two runs or more: vaegpu compare FOLDER FOLDER.");
            bool evaluates = result.GetValue(evaluate);
            if (!evaluates && Array.Find(ofEvaluation, result.Gave) is { } given)
                throw new UsageException($"{given.Name} goes with --evaluate.");
            var evaluation = evaluates
                ? new ComparedEvaluation(result.GetValue(samples), result.GetValue(seed), machine.Read(result))
                : null;
            return CompareProgram.Run(
                new(folders, evaluation, result.GetValue(json), result.GetValue(output), result.GetValue(overwrite)), terminal, stop);
        });
        return command;
    }
}
