namespace VaeGpu.Host.Commands;

/// <summary>The command "tune": the fastest kernel shapes of a device, measured and kept.</summary>
internal static class TuneCommand
{
    private const int DefaultSide = 28;

    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var architecture = new ArchitectureOptions();
        var latent =
            (Option<int>)new SettingOptions<ModelConfiguration>(() => new() { Width = 0, Height = 0 })[nameof(ModelConfiguration.Latent)];
        var batch = (Option<int>)new SettingOptions<TrainingConfiguration>(() => new())[nameof(TrainingConfiguration.Batch)];
        var size = OptionOf.Size("--size", $"Size of the gray pictures that the model is for [default: {DefaultSide}x{DefaultSide}]");
        var quick = new Option<bool>("--quick") { Description = "Take fewer and shorter samples" };
        var reset = new Option<bool>("--reset") { Description = "Measure nothing, and remove what is stored for the device" };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        const string What =
            "Measures which kernel shapes are the fastest on a device for the products and convolutions of a model, and stores "
            + "the choice; results never change.";
        var command = new Command("tune", What);
        foreach (Option option in (Option[])[.. architecture.All, latent, size, batch, device, threads, quick, reset])
            command.Add(option);
        command.SetAction(result =>
        {
            (int width, int height) = result.GetValue(size) ?? (DefaultSide, DefaultSide);
            var model = architecture.Applied(result, new() { Width = width, Height = height, Latent = result.GetValue(latent) });
            RequestedModel.ThrowIfTooSmall(model);
            using var backend = Backend.Open(result.GetRequiredValue(device), result.GetValue(threads));
            var program = new TuneProgram(backend.Accelerator, TunedDevices.OfUser, terminal);
            return result.GetValue(reset) ? program.Reset() : program.Run(model, result.GetValue(batch), result.GetValue(quick), stop);
        });
        return command;
    }
}
