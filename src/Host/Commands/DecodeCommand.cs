namespace VaeGpu.Host.Commands;

/// <summary>The command "decode": images, lines of text or rows of a table, of latent vectors from a file.</summary>
internal static class DecodeCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var codes = new Argument<string?>("codes")
        {
            Description =
                "Latent vectors (.npy or .csv), as \"encode\" writes them or of shape (count, d) [default: codes.npy in the run's folder]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var label = LabelOption.Create("Class that a conditional model decodes, by number or name [default: the file's column \"class\"]");
        var command = new ModelCommand(
            "decode",
            "Decodes latent vectors from a file to a picture of mean images, to lines of the most probable symbols, or to rows of a table.",
            takesData: false,
            "The picture (.png), lines of text (.txt) or rows of a table (.csv) [default: decoded in the run's folder]")
        {
            codes, label,
        };
        return command.Does(terminal, stop, (result, use) =>
        {
            string file = result.GetValue(codes) ?? use.InRun("codes.npy");
            var latent = CodesReader.Read(file, use.Run.Generation.Latent);
            byte[]? labels = null;
            if (use.Run.Generation.Classes > 0 && result.GetValue(label) is null && latent.Classes is { } classes)
            {
                var known =
                    classes.Distinct().ToDictionary(
                        name => name, name => LabelOption.Read(name, $"{file}, column \"class\"", use.Run.Configuration));
                labels = Array.ConvertAll(classes, name => known[name]);
            }
            else if (LabelOption.ReadRequired(result.GetValue(label), use.Run) is { } one)
            {
                labels = [.. Enumerable.Repeat(one, latent.Values.Length / use.Run.Generation.Latent)];
            }
            use.Write($"decoded", null, pictures => pictures.Latent(latent.Values, stop, labels));
        });
    }
}
