using VaeGpu.Gpu.Inspection;
using VaeGpu.Training.Diagnostics.OwnKernels;

namespace VaeGpu.Host;

/// <summary>What "vaegpu kernels" does with the kernels of a user's assembly.</summary>
/// <param name="Assembly">Where the assembly is.</param>
/// <param name="Name">A part of the kernels' names; null for all.</param>
/// <param name="Sizes">Words that take the place of those of the kernels' attributes.</param>
internal sealed record OwnKernelProgram(string Assembly, string? Name, string Sizes)
{
    /// <summary>The kernels that are asked for.</summary>
    /// <exception cref="UsageException">No kernel has the name.</exception>
    public IReadOnlyList<OwnKernel> Kernels
    {
        get
        {
            var all = KernelAssembly.Load(Assembly).Kernels;
            OwnKernel[] found = [.. all.Where(kernel => Name is null || kernel.Name.Contains(Name, StringComparison.OrdinalIgnoreCase))];
            if (found.Length > 0)
                return found;
            throw new UsageException(all.Count == 0
                ? $"{Assembly} has no kernels: static methods without type parameters that return nothing and take an ArrayView."
                : $"{Assembly} has no kernel \"{Name}\". It has: {string.Join(", ", all.Select(kernel => kernel.Name))}.");
        }
    }

    /// <summary>Lists the kernels with their operations and bytes.</summary>
    public int List(Accelerator device, double balance, Terminal terminal, CancellationToken stop)
    {
        IReadOnlyList<OwnKernel> kernels = Kernels;
        var table = new KernelTable(device, balance);
        terminal.Output.WriteLine(table.Head);
        int failed = 0;
        foreach (OwnKernel kernel in kernels)
        {
            KernelLaunch? launch = OwnKernelTools.Emulate(kernel, Sizes, stop);
            failed += launch is null ? 1 : 0;
            foreach (string line in launch is null ? [Faulty(kernel)] : table.Row([launch], inStep: true))
                terminal.Output.WriteLine($"  {line}");
        }
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Checks the kernels on the interpreter.</summary>
    public int Check(Terminal terminal, CancellationToken stop)
    {
        int failed = 0;
        foreach (OwnKernel kernel in Kernels)
        {
            stop.ThrowIfCancellationRequested();
            OwnKernelCheck check = OwnKernelTools.Check(kernel, Sizes, stop);
            failed += check.Fault is null ? 0 : 1;
            terminal.Output.WriteLine(check.Fault is null ? $"passed  {kernel.Name}" : $"FAILED  {check.Fault}");
            foreach (string note in check.Notes)
                terminal.Output.WriteLine($"  note  {note}");
        }
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Times the kernels on a device.</summary>
    public int Profile(Accelerator device, Terminal terminal, CancellationToken stop)
    {
        IReadOnlyList<OwnKernel> kernels = Kernels;
        int failed = 0;
        terminal.Output.WriteLine($"{device.Name}: medians, with the middle half of the times");
        terminal.Output.WriteLine($"{"kernel",-50}{"µs",10}{"middle half",19}{"FLOPs",9}{"bytes",9}{"GFLOP/s",10}{"GB/s",9}");
        foreach (OwnKernel kernel in kernels)
        {
            if (OwnKernelTools.Profile(device, kernel, Sizes, stop) is not { } profile)
            {
                failed++;
                terminal.Output.WriteLine(Faulty(kernel));
                continue;
            }
            (double low, double high, double seconds) = (profile.Seconds.Low, profile.Seconds.High, profile.Seconds.Median);
            string half = FormattableString.Invariant($"({low * 1e6:0.0}–{high * 1e6:0.0})");
            string rates = seconds > 0
                ? FormattableString.Invariant($"{profile.Launch.Flops / seconds / 1e9,10:0.0}{profile.Launch.Bytes / seconds / 1e9,9:0.0}")
                : $"{"–",10}{"–",9}";
            terminal.Output.WriteLine(FormattableString.Invariant($"{kernel.Name,-50}{seconds * 1e6,10:0.0}{half,19}")
                + $"{ShortNumber.Of(profile.Launch.Flops),9}{ShortNumber.Of(profile.Launch.Bytes),9}{rates}");
        }
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Faulty(OwnKernel kernel) => $"{kernel.Name}: stopped by a fault; \"vaegpu kernels check\" says which";
}
