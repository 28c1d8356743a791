using System.CommandLine;
using VaeGpu.Training.Uses;

namespace VaeGpu.Host.Commands;

/// <summary>The command "encode": the latent codes of data as a table.</summary>
internal static class EncodeCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var command = new Command("encode", "Writes μ and σ of q(z∣x) for every example, as .npy of shape (examples, 2d) or as .csv.");
        var use = new UseOptions(command, "The table (.npy or .csv) [default: codes.npy in the run's folder]", takesData: true);
        command.SetAction(result =>
        {
            var file = use.Output(result, "codes.npy");
            if (!CodesFile.CanWrite(file))
                throw new UsageException($"--out: \"{file}\" ends neither in .npy nor in .csv.");
            using var loaded = use.Open(result);
            var data = use.Data(result, loaded, stop);
            CodesFile.Write(file, loaded.Generation.Encode(data, stop), data);
            terminal.Output.WriteLine(file);
            return ExitCode.Done;
        });
        return command;
    }
}
