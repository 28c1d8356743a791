using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.Catalogue;
using VaeGpu.Training.Diagnostics.OwnKernels;

namespace VaeGpu.Host;

/// <summary>Shows the code that is generated for a kernel, or two codes side by side.</summary>
/// <param name="Name">The kernel's name, or a part of it.</param>
/// <param name="Target">One of <see cref="Targets"/>.</param>
/// <param name="Compiler">One of <see cref="Compilers"/>.</param>
/// <param name="Compare">What to show beside it: another kernel, target or compiler; null for nothing.</param>
internal sealed record KernelShowProgram(string Name, string Target, string Compiler, string? Compare)
{
    private const string Ilgpu = "ilgpu", MachineCodeTarget = "asm";

    /// <summary>The languages in which code is shown.</summary>
    public static IReadOnlyList<string> Targets { get; } = [.. KernelInspector.Targets, MachineCodeTarget];

    /// <summary>The compilers whose code is shown.</summary>
    public static IReadOnlyList<string> Compilers { get; } = ["vaegpu", Ilgpu];

    /// <summary>The assembly of a user, whose kernels are taken; null for those of this program.</summary>
    public string? Assembly { get; init; }

    /// <summary>Sizes in the place of those of the kernels' attributes.</summary>
    public string Sizes { get; init; } = "";

    private bool IsOfProcessor => Target is "simd" or MachineCodeTarget;

    /// <summary>What to show beside it, in the place of what differs.</summary>
    private KernelShowProgram Other =>
        Compilers.Contains(Compare!) ? this with { Compiler = Compare!, Compare = null }
        : Targets.Contains(Compare!) ? this with { Target = Compare!, Compare = null }
        : this with { Name = Compare!, Compare = null };

    /// <summary>Writes the code.</summary>
    /// <exception cref="UsageException">No kernel has the name, or several; or the compiler does not have the target.</exception>
    public int Run(Terminal terminal, CancellationToken stop)
    {
        ThrowIfRefused();
        if (Compare is not null)
            Other.ThrowIfRefused();
        KernelLaunch kernel = Find(stop);
        if (JitListing.IsCompiling)
        {
            MachineCode.Compile(kernel.Method, kernel.GroupDim, kernel.Specialization);
            return ExitCode.Done;
        }
        if (Compare is null)
        {
            terminal.Output.Write(Code(kernel));
            return ExitCode.Done;
        }
        string other = Other.Code(Other.Find(stop));
        foreach (string line in SideBySide.Lines(Code(kernel), other, ColumnsOf(terminal)))
            terminal.Output.WriteLine(line);
        return ExitCode.Done;
    }

    private static int ColumnsOf(Terminal terminal) =>
        terminal.Interactive ? Math.Max(KernelTable.Columns, Console.WindowWidth - 1) : KernelTable.Columns;

    private void ThrowIfRefused()
    {
        if (Compiler == Ilgpu && Target is not ("ptx" or "opencl"))
            throw new UsageException($"--compiler ilgpu has no target {Target}. Use --target ptx or --target opencl.");
    }

    private KernelLaunch Find(CancellationToken stop)
    {
        try
        {
            return KernelCatalogue.Find(
                Assembly is null
                    ? KernelCatalogue.Of(gpu: !IsOfProcessor, batch: 128, stop)
                    : OwnKernelTools.Note(KernelAssembly.Load(Assembly).Kernels, Sizes, gpu: !IsOfProcessor),
                Name);
        }
        catch (KernelNotFoundException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>What the kernel is, notes on it, and its code.</summary>
    private string Code(KernelLaunch kernel)
    {
        string head = $"// {kernel.Name}: groups of {KernelTable.Size(kernel.GroupDim)} threads, {kernel.GroupSharedBytes.Value} bytes of "
            + $"shared memory\n{string.Concat(KernelInspector.Notes(kernel.Method).Select(note => $"// note: {note}\n"))}";
        return head + (Compiler == Ilgpu ? KernelInspector.IlgpuCode(kernel, Target)
            : Target == MachineCodeTarget ? JitListing.Of(kernel,
                [
                    "kernels", "show", kernel.Name, "--target", MachineCodeTarget,
                    .. Assembly is null ? (string[])[] : ["--assembly", Assembly], .. Sizes == "" ? (string[])[] : ["--sizes", Sizes],
                ])
            : KernelInspector.Code(kernel, Target));
    }
}
