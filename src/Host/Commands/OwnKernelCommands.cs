namespace VaeGpu.Host.Commands;

/// <summary>"kernels check" and "kernels profile", for the kernels of a user's assembly.</summary>
internal static class OwnKernelCommands
{
    public static Option<string?> Assembly() =>
        OptionOf.Text("--assembly", "file", "The .dll of a project of your own, whose kernels are taken instead of this program's");

    public static Option<string?> Sizes() => OptionOf.Text("--sizes", "words",
        "Sizes in the place of those of [LaunchSizes]: groups=16 threads=64 input=1024 output=1024:unset factor=2; with --assembly");

    public static Command CreateCheck(Terminal terminal, CancellationToken stop)
    {
        Option<string?> assembly = Assembly(), sizes = Sizes(), name = Name();
        const string What = "Runs the kernels of an assembly on the interpreter: bounds, races, barriers, unwritten memory; notes what is "
            + "slow on a GPU.";
        var command = new Command("check", What) { assembly, name, sizes };
        command.SetAction(result => Program(result, assembly, name, sizes).Check(terminal, stop));
        return command;
    }

    public static Command CreateProfile(Terminal terminal, CancellationToken stop)
    {
        Option<string?> assembly = Assembly(), sizes = Sizes(), name = Name();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        var command = new Command("profile", "Times the kernels of an assembly on a device, beside their operations and bytes.")
        {
            assembly, name, sizes, device, threads,
        };
        command.SetAction(result =>
        {
            OwnKernelProgram program = Program(result, assembly, name, sizes);
            using var backend = Backend.Open(result.GetRequiredValue(device), result.GetValue(threads));
            return program.Profile(backend.Accelerator, terminal, stop);
        });
        return command;
    }

    private static Option<string?> Name() => OptionOf.Text("--name", "part", "Only the kernels whose names have this part");

    private static OwnKernelProgram Program(
        ParseResult result, Option<string?> assembly, Option<string?> name, Option<string?> sizes) => new(
            result.GetValue(assembly) ?? throw new UsageException("Give --assembly, the .dll of a project with kernels."),
            result.GetValue(name), result.GetValue(sizes) ?? "");
}
