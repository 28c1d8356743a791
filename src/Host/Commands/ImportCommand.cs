using VaeGpu.Training;
using VaeGpu.Training.Exchange;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Commands;

/// <summary>The command "import": a run of a model that another program wrote.</summary>
internal static class ImportCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("file")
        {
            Description = "The model: a .safetensors or .npz file of \"export\", or of a PyTorch model of the same layers",
        };
        var output = OptionOf.Text("--out", "folder", "Folder of the run; it must not hold one");
        output.Required = true;
        var like = OptionOf.Text(
            "--like", "folder", "A run of a model of the same layers, for a file that does not say what model it holds");
        var overwrite = CommonOptions.Overwrite("a run");
        var command = new Command(
            "import", "Makes a run of a model in a file, to use or to train further. Nothing in a file is executed.")
        {
            file, output, like, overwrite,
        };
        command.SetAction(result =>
        {
            string folder = result.GetValue(output)!;
            RunConfiguration? known = result.GetValue(like) is { } other
                ? CheckpointFile.ReadHeader(RunFolder.ModelIn(other)).Configuration
                : null;
            ImportedModel model;
            using (Backend cpu = Backend.Open("cpu", threads: 1))
                model = ModelImport.Read(cpu.Accelerator, result.GetRequiredValue(file), known);
            foreach (string note in model.Notes)
                terminal.Error.WriteLine($"note: {note}");
            try
            {
                model.Save(folder, result.GetValue(overwrite));
            }
            catch (RunExistsException e)
            {
                throw new UsageException($"{e.Message} Name another folder with --out, or replace it with --overwrite.");
            }
            terminal.Output.WriteLine(folder);
            return ExitCode.Done;
        });
        return command;
    }
}
