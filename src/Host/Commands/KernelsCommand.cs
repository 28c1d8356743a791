using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.Catalogue;

namespace VaeGpu.Host.Commands;

/// <summary>The command "kernels": all kernels with what they cost; "kernels show" prints what is generated for one.</summary>
internal static class KernelsCommand
{
    private const int NameColumns = 90;

    /// <summary>An NVIDIA H200 by its datasheet: 67 TFLOP/s in fp32, 4.8 TB/s.</summary>
    private const double HopperBalance = 14;

    public static Command Create(Terminal terminal, CancellationToken stop)
    {
        var batch = OptionOf.Number("--batch", "rows", 128, 1, 4096,
            "Batch size of the default model, at whose sizes its kernels are counted");
        var balance = OptionOf.Number(
            "--balance", "flops", 1e-6, 1e6,
            "Operations that the device executes while it moves one byte; a kernel with fewer is memory-bound "
                + $"[default: by the clocks of a CUDA device, else {HopperBalance}]");
        var device = CommonOptions.Device();
        device.Description = "The device whose driver reports the resources of the kernels; only CUDA's does";
        var compare = new Option<bool>("--compare")
        {
            Description = "Compile every kernel to PTX with this compiler and with ILGPU's, and count instructions, registers and accesses",
        };
        const string What = "Lists the kernels with their resources on a GPU, and their operations and bytes, counted by running them.";
        var command = new Command("kernels", What) { batch, balance, device, compare };
        command.Add(CreateShow(terminal, stop));
        command.SetAction(result =>
        {
            if (result.GetValue(compare))
                return CompareKernels.Run(terminal, stop);
            using var backend = Backend.Open(result.GetRequiredValue(device));
            List(terminal, backend.Accelerator, result.GetValue(batch), result.Gave(balance) ? result.GetValue(balance) : null, stop);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateShow(Terminal terminal, CancellationToken stop)
    {
        var name = new Argument<string>("name") { Description = "A kernel as \"vaegpu kernels\" lists it, or a part of its name" };
        var target = OptionOf.Choice("--target", "form", [.. KernelInspector.Targets], "ir", "Form of the code");
        var compiler = OptionOf.Choice(
            "--compiler", "name", ["vaegpu", "ilgpu"], "vaegpu", "Compiler whose code is shown; ilgpu has the targets ptx and opencl");
        const string What = "Prints the code that is generated for a kernel, below the C# lines that it comes from.";
        var command = new Command("show", What) { name, target, compiler };
        command.SetAction(result =>
        {
            string chosen = result.GetRequiredValue(target);
            bool ofIlgpu = result.GetRequiredValue(compiler) == "ilgpu";
            if (ofIlgpu && chosen is not ("ptx" or "opencl"))
                throw new UsageException($"--compiler ilgpu has no target {chosen}. Use --target ptx or --target opencl.");
            var kernels = KernelCatalogue.Of(gpu: chosen != "simd", counted: false, batch: 128, stop);
            KernelLaunch kernel;
            try
            {
                kernel = KernelCatalogue.Find(kernels, result.GetRequiredValue(name));
            }
            catch (KernelNotFoundException e)
            {
                throw new UsageException(e.Message);
            }
            terminal.Output.WriteLine(
                $"// {kernel.Name}: groups of {Size(kernel.GroupDim)} threads, {kernel.GroupSharedBytes.Value} bytes of shared memory");
            terminal.Output.Write(ofIlgpu ? KernelInspector.IlgpuCode(kernel, chosen) : KernelInspector.Code(kernel, chosen));
            return ExitCode.Done;
        });
        return command;
    }

    private static void List(Terminal terminal, Accelerator device, int batch, double? asked, CancellationToken stop)
    {
        var kernels = KernelCatalogue.Of(gpu: true, counted: true, batch, stop);
        double? known = Backend.OperationsPerByte(device);
        double balance = asked ?? known ?? HopperBalance;
        string source = asked is not null ? "--balance" : known is not null ? $"{device.Name}, by its clocks" : "an H200, by its datasheet";
        string[] head =
        [
            $"{kernels.Count} kernels in their shapes for a GPU. Those of a training step of 784-400-20, batch {batch}, are counted at "
                + "these sizes, the rest at small ones.",
            DeviceKind.Of(device) == DeviceKind.Cuda
                ? $"Registers and local bytes: of a thread, as the driver says for {device.Name}; – where the kernel does not fit it."
                : $"Registers and local bytes: – since only CUDA's driver tells, and the device is {device.Name}.",
            "Bytes: device memory, each byte read once and written once. "
                + string.Create(CultureInfo.InvariantCulture, $"Bound: by the side of {balance:0.#} operations for each byte ({source})."),
            "kernel".PadRight(NameColumns)
                + $"{"group",10}{"shared",8}{"registers",11}{"local",7}{"FLOPs",12}{"bytes",12}{"FLOP/byte",11}  bound",
        ];
        foreach (string line in head)
            terminal.Output.WriteLine(line);
        foreach (var kernel in kernels)
        {
            stop.ThrowIfCancellationRequested();
            terminal.Output.WriteLine(Row(kernel, KernelInspector.Resources(device, kernel), balance));
        }
    }

    private static string Row(KernelLaunch kernel, KernelReport? resources, double balance)
    {
        string counts = kernel.Bytes == 0
            ? "  not counted: PTX written by hand"
            : string.Create(CultureInfo.InvariantCulture,
                $"{kernel.Flops,12}{kernel.Bytes,12}{kernel.Intensity,11:0.00}  {(kernel.Intensity < balance ? "memory" : "compute")}");
        return $"{kernel.Name.PadRight(NameColumns)}{Size(kernel.GroupDim),10}{kernel.GroupSharedBytes.Value,8}"
            + $"{Known(resources?.Registers),11}{Known(resources?.LocalBytes),7}{counts}";
    }

    private static string Known(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "–";

    private static string Size(Index3D size) => size.Y == 1 && size.Z == 1 ? $"{size.X}" : $"{size.X}×{size.Y}×{size.Z}";
}
