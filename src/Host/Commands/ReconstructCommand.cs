namespace VaeGpu.Host.Commands;

/// <summary>The command "reconstruct": held-out images beside what the model makes of them.</summary>
internal static class ReconstructCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var label = LabelOption.Create("Class that a conditional model decodes the images as, by number or name [default: their own]");
        var count = OptionOf.Number("--count", "images", RunPictures.Count, 1, 10_000, "Number of images");
        var command = new ModelCommand(
            "reconstruct",
            "Encodes and decodes held-out images and shows each above its reconstruction; a table beside the picture lists them.",
            takesData: true,
            "The picture (.png), lines of text (.txt) or rows of a table (.csv) [default: reconstructions-COUNT in the run's folder]")
        {
            label, count,
        };
        return command.Does(terminal, stop, (result, use) =>
        {
            var (number, wanted) = (result.GetValue(count), LabelOption.Read(result.GetValue(label), use.Run));
            ExampleSet? shown = null;
            use.Write(
                $"reconstructions-{number}", wanted,
                pictures =>
                {
                    var images = use.Data(wanted);
                    shown = images.Select([.. Enumerable.Range(0, Math.Min(number, images.Count))]);
                    return pictures.Reconstructions(shown, number, stop, wanted);
                },
                () => shown!);
        });
    }
}
