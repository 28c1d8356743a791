namespace VaeGpu.Host.Commands;

/// <summary>The command "encode": the latent codes of data as a table.</summary>
internal static class EncodeCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop) => new ModelCommand(
        "encode",
        "Writes μ and σ of q(z∣x) for every example, as .npy of shape (examples, 2d) with a table of the examples, or as .csv.",
        takesData: true,
        "The table (.npy or .csv) [default: codes.npy in the run's folder]").Does(terminal, stop, (_, use) =>
    {
        var file = use.Output("codes.npy");
        if (!CodesFile.CanWrite(file))
            throw new UsageException($"--out: \"{file}\" ends neither in .npy nor in .csv.");
        // An array cannot hold the names; they go in a table beside it.
        var list = CodesFile.NamesExamples(file) ? null : use.Examples(file);
        var data = use.Data();
        CodesFile.Write(file, use.Run.Generation.Encode(data, stop), data);
        if (list is not null)
        {
            ExamplesFile.Write(list, data);
            terminal.Output.WriteLine(list);
        }
        terminal.Output.WriteLine(file);
    });
}
