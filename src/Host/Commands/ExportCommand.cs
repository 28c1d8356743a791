using VaeGpu.Training.Exchange;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Commands;

/// <summary>The command "export": a trained model as a file of another program.</summary>
internal static class ExportCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var run = new RunArgument();
        var format = OptionOf.Choice("--format", "name", ExportFormat.Safetensors, "Format of the file");
        var output = OptionOf.Text(
            "--out", "path", "The file, or the folder of .onnx files [default: model.safetensors, model.npz or onnx in the run's folder]");
        var overwrite = CommonOptions.Overwrite("a file");
        var command = new Command(
            "export", "Writes a trained model for PyTorch (.safetensors), NumPy (.npz) or ONNX Runtime (encoder, decoder and sampler).");
        run.AddTo(command);
        foreach (Option option in (Option[])[format, output, overwrite])
            command.Add(option);
        command.SetAction(result =>
        {
            string folder = run.Read(result);
            ExportFormat chosen = result.Chosen<ExportFormat>(format);
            string path = result.GetValue(output) ?? Path.Combine(folder, chosen.DefaultName);
            ThrowIfTaken(path, chosen, result.GetValue(overwrite));
            string checkpoint = RunFolder.ModelIn(folder);
            CheckpointHeader header = ModelExport.Write(chosen, path, checkpoint, stop);
            LoadedRun.TellBest(folder, checkpoint, header, terminal);
            foreach (string file in chosen.Files)
                terminal.Output.WriteLine(Path.Combine(path, file));
            return ExitCode.Done;
        });
        return command;
    }

    /// <exception cref="UsageException">A file is there and may not be replaced, or a folder where a file is to be.</exception>
    private static void ThrowIfTaken(string path, ExportFormat format, bool overwrite)
    {
        foreach (string file in format.Files.Select(name => Path.Combine(path, name)))
        {
            if (Directory.Exists(file))
                throw new UsageException($"\"{file}\" is a folder; name a file with --out.");
            if (File.Exists(file) && !overwrite)
                throw new UsageException($"\"{file}\" exists already; name another path with --out, or replace it with --overwrite.");
        }
        if (format.IsFolder && File.Exists(path))
            throw new UsageException($"\"{path}\" is a file; {format} writes several files, so name a folder with --out.");
    }
}
