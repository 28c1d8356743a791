namespace VaeGpu.Host.Commands;

/// <summary>The command "check": first trust in a device.</summary>
internal static class CheckCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var seed = OptionOf.Number(
            "--seed", "n", 0, int.MaxValue, "Seed of the kernels' random inputs, to repeat a check [default: a random one]");
        var command = new Command("check",
            "Checks a device: every formula against its definition, and every kernel against the cpu device, bit for bit.")
        {
            device, threads, seed,
        };
        command.SetAction(result =>
        {
            using var backend = Backend.Open(result.GetRequiredValue(device), result.GetValue(threads));
            int chosen = result.Gave(seed) ? result.GetValue(seed) : Random.Shared.Next();
            return CheckProgram.Run(backend.Accelerator, backend.Spec, chosen, CheckedDevices.OfUser, terminal, stop);
        });
        return command;
    }
}
