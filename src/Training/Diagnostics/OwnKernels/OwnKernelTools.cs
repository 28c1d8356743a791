using System.Diagnostics;
using VaeGpu.Gpu;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Diagnostics.Measuring;

namespace VaeGpu.Training.Diagnostics.OwnKernels;

/// <summary>What can be done with the kernels of a user's assembly.</summary>
public static class OwnKernelTools
{
    private const int WarmUps = 3, LeastRounds = 11, MostRounds = 500;
    private const double MeasuredSeconds = 1;

    /// <summary>Kernels as launches of their sizes; nothing runs.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="sizes">Words that take the place of those of the attributes.</param>
    /// <param name="gpu">Whether warps are those of a GPU, or the vectors of this processor.</param>
    /// <exception cref="KernelAssemblyException">A word does not fit.</exception>
    public static IReadOnlyList<KernelLaunch> Note(IEnumerable<OwnKernel> kernels, string sizes, bool gpu) =>
        KernelInspector.Record(gpu, runs: false, accelerator => RunAll(accelerator, kernels, sizes, default));

    /// <summary>A kernel's launch with operations and bytes, and what the warps of a GPU would do; null where it is at fault.</summary>
    /// <exception cref="KernelAssemblyException">A word does not fit.</exception>
    public static KernelLaunch? Emulate(OwnKernel kernel, string sizes, CancellationToken stop)
    {
        try
        {
            return KernelInspector.Emulate(accelerator => RunAll(accelerator, [kernel], sizes, stop), stop).Single();
        }
        catch (Exception e) when (IsFault(e))
        {
            return null;
        }
    }

    /// <summary>
    /// Runs a kernel on the interpreter, which checks bounds, races, barriers and what is read before it is written; then looks for
    /// accesses and branches that a GPU is slow at.
    /// </summary>
    /// <exception cref="KernelAssemblyException">A word does not fit.</exception>
    public static OwnKernelCheck Check(OwnKernel kernel, string sizes, CancellationToken stop)
    {
        using Backend interpreter = Backend.Open("interpreter");
        ((InterpreterAccelerator)interpreter.Accelerator).Stop = stop;
        try
        {
            using var launch = new OwnLaunch(interpreter.Accelerator, kernel, sizes, stop);
            launch.Run();
            WarpProfile? warps = Emulate(kernel, sizes, stop)?.Warps;
            IEnumerable<string?> slow = warps is null
                ? []
                : [.. warps.Accesses.Select(access => access.Note), .. warps.Branches.Select(branch => branch.Note)];
            return new(kernel.Name, null, [.. slow.OfType<string>(), .. KernelInspector.Notes(kernel.Method)]);
        }
        catch (Exception e) when (IsFault(e))
        {
            return new(kernel.Name, e.Message, []);
        }
    }

    /// <summary>Times a kernel on a device; the time is that of the device's own clock where its launches can be recorded; null where the
    /// kernel is at fault.</summary>
    /// <exception cref="KernelAssemblyException">A word does not fit.</exception>
    public static OwnKernelProfile? Profile(Accelerator accelerator, OwnKernel kernel, string sizes, CancellationToken stop)
    {
        try
        {
            return Measure(accelerator, kernel, sizes, stop);
        }
        catch (Exception e) when (IsFault(e))
        {
            return null;
        }
    }

    private static OwnKernelProfile Measure(Accelerator accelerator, OwnKernel kernel, string sizes, CancellationToken stop)
    {
        KernelLaunch counted = KernelInspector.Sample(accelerator, other => new OwnLaunch(other, kernel, sizes, stop).Run, stop).Single();
        using var launch = new OwnLaunch(accelerator, kernel, sizes, stop);
        for (int i = 0; i < WarmUps; i++)
            launch.Run();
        accelerator.Synchronize();
        using LaunchGraph? graph = (accelerator as ILaunchRecorder)?.Record(launch.Run);
        var seconds = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (seconds.Count < LeastRounds
            || seconds.Count < MostRounds && Stopwatch.GetElapsedTime(start).TotalSeconds < MeasuredSeconds)
        {
            stop.ThrowIfCancellationRequested();
            seconds.Add(graph?.ReplayTimed().Seconds ?? Samplers.Of(accelerator, launch.Run)(1));
        }
        return new(counted, Spread.Of(seconds), seconds.Count);
    }

    private static bool IsFault(Exception e) => e is KernelFaultException or KernelCompilationException or KernelLaunchException;

    private static void RunAll(Accelerator accelerator, IEnumerable<OwnKernel> kernels, string sizes, CancellationToken stop)
    {
        foreach (OwnKernel kernel in kernels)
        {
            using var launch = new OwnLaunch(accelerator, kernel, sizes, stop);
            launch.Run();
        }
    }
}

/// <summary>What a check found.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Fault">What is wrong with it; null for nothing.</param>
/// <param name="Notes">What a GPU is slow at.</param>
public sealed record OwnKernelCheck(string Kernel, string? Fault, IReadOnlyList<string> Notes);

/// <summary>The times of a launch.</summary>
/// <param name="Launch">The launch with its operations and bytes.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Rounds">How often it was timed.</param>
public sealed record OwnKernelProfile(KernelLaunch Launch, Spread Seconds, int Rounds);
