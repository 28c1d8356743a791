using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Host.Commands;

/// <summary>The command "kernels": all kernels with what they cost; "kernels show" prints what is generated for one.</summary>
internal static class KernelsCommand
{
    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        Option<int> batch = Batch();
        var balance = OptionOf.Number(
            "--balance", "flops", 1e-6, 1e6,
            "Operations that the device executes while it moves one byte; a kernel with fewer is memory-bound "
                + $"[default: by the clocks of a CUDA device, else {KernelListProgram.HopperBalance}]");
        var device = CommonOptions.Device();
        device.Description = "The device whose driver reports the resources of the kernels; only CUDA's does";
        var compare = new Option<bool>("--compare")
        {
            Description = "Compile every kernel to PTX with this compiler and with ILGPU's, and count instructions, registers and accesses",
        };
        Option<string?> name = Name(), step = Step();
        Option<string?> assembly = OwnKernelCommands.Assembly(), sizes = OwnKernelCommands.Sizes();
        const string What = "Lists the kernels of training steps: launches, resources on a GPU, operations and bytes.";
        var command = new Command("kernels", What) { name, step, batch, balance, device, compare, assembly, sizes };
        command.Add(CreateShow(terminal, stop));
        command.Add(CreateEmulate(terminal, stop));
        command.Add(OwnKernelCommands.CreateCheck(terminal, stop));
        command.Add(OwnKernelCommands.CreateProfile(terminal, stop));
        command.SetAction(result =>
        {
            if (result.GetValue(assembly) is null)
                ThrowIfGiven(result, "needs --assembly", sizes);
            else
                ThrowIfGiven(result, "cannot be given with --assembly", step, batch, compare);
            if (result.GetValue(compare))
                return CompareKernels.Run(terminal, stop);
            using var backend = Backend.Open(result.GetRequiredValue(device));
            if (result.GetValue(assembly) is { } own)
            {
                return new OwnKernelProgram(own, result.GetValue(name), result.GetValue(sizes) ?? "").List(
                    backend.Accelerator, result.Gave(balance) ? result.GetValue(balance) : KernelListProgram.HopperBalance, terminal, stop);
            }
            var program = new KernelListProgram(
                new(result.GetValue(name), result.GetValue(step)), result.GetValue(batch),
                result.Gave(balance) ? result.GetValue(balance) : null);
            return program.Run(backend.Accelerator, terminal, stop);
        });
        return command;
    }

    private static Command CreateEmulate(Terminal terminal, CancellationToken stop)
    {
        Option<string?> name = Name(), step = Step();
        Option<int> batch = Batch();
        var gpu = OptionOf.Choice("--gpu", "name", [.. GpuLimits.All.Select(one => one.Name)], "h200",
            "The GPU whose multiprocessors the groups are placed on");
        var json = OptionOf.Text("--json", "file", "Write the figures as JSON");
        Option<string?> assembly = OwnKernelCommands.Assembly(), sizes = OwnKernelCommands.Sizes();
        const string What = "Emulates what kernels do on a GPU, without one: sectors, bank conflicts, divergence, occupancy.";
        var command = new Command("emulate", What) { name, step, batch, gpu, json, assembly, sizes };
        command.SetAction(result => new EmulationProgram(
            new(result.GetValue(name), result.GetValue(step)), result.GetValue(batch),
            GpuLimits.All.Single(one => one.Name == result.GetValue(gpu)), result.GetValue(json))
        {
            Assembly = result.GetValue(assembly), Sizes = result.GetValue(sizes) ?? "",
        }.Run(terminal, stop));
        return command;
    }

    private static Option<string?> Name() =>
        OptionOf.Text("--name", "part", "Only the kernels whose names have this part, in upper or lower case");

    private static Option<string?> Step() => OptionOf.Text("--step", "name",
        "Only the kernels of a training step: default, or what it differs in, such as laplace, gelu, iwae or convolutions");

    private static Option<int> Batch() =>
        OptionOf.Number("--batch", "rows", 128, 1, 4096, "Batch size at which the kernels are counted");

    private static Command CreateShow(Terminal terminal, CancellationToken stop)
    {
        var name = new Argument<string>("name") { Description = "A kernel as \"vaegpu kernels\" lists it, or a part of its name" };
        var target = OptionOf.Choice("--target", "form", [.. KernelShowProgram.Targets], "ir",
            "Form of the code; asm is the processor's machine code, as the JIT lists it");
        var compiler = OptionOf.Choice("--compiler", "name", [.. KernelShowProgram.Compilers], "vaegpu",
            "Compiler whose code is shown; ilgpu has the targets ptx and opencl");
        var compare = OptionOf.Text("--compare", "other", "Show the code of another target, compiler or kernel side by side");
        Option<string?> assembly = OwnKernelCommands.Assembly(), sizes = OwnKernelCommands.Sizes();
        const string What = "Prints the code that is generated for a kernel, below the C# lines that it comes from.";
        var command = new Command("show", What) { name, target, compiler, compare, assembly, sizes };
        command.SetAction(result =>
        {
            if (result.GetValue(assembly) is null)
                ThrowIfGiven(result, "needs --assembly", sizes);
            return new KernelShowProgram(
                result.GetRequiredValue(name), result.GetRequiredValue(target), result.GetRequiredValue(compiler), result.GetValue(compare))
            {
                Assembly = result.GetValue(assembly), Sizes = result.GetValue(sizes) ?? "",
            }.Run(terminal, stop);
        });
        return command;
    }

    private static void ThrowIfGiven(ParseResult result, string why, params Option[] options)
    {
        if (options.FirstOrDefault(result.Gave) is { } given)
            throw new UsageException($"{given.Name} {why}.");
    }
}
