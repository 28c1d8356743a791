using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Gpu.Inspection;

/// <summary>Notes the launches of some work on the interpreter, in their order, and counts what they do.</summary>
public static class LaunchRecorder
{
    /// <summary>Runs some work and gives its launches.</summary>
    /// <param name="warpSize">32 stands for a GPU, 16, 8 and 4 for the vectors of a CPU: launchers choose their shapes by it.</param>
    /// <param name="runs">Whether kernels run, and are counted; else they are only noted, and all memory reads as zero.</param>
    /// <param name="work">What to run on the accelerator that it is given.</param>
    /// <param name="stop">Looked at at each launch, and between the groups of one that runs.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public static IReadOnlyList<KernelLaunch> Record(int warpSize, bool runs, Action<Accelerator> work, CancellationToken stop = default)
    {
        using var recording = new LaunchRecording(warpSize, runs ? LaunchCounting.All : LaunchCounting.None, stop: stop);
        work(recording.Accelerator);
        return recording.Launches;
    }

    /// <summary>
    /// Gives the launches that some work makes on a device, in its shapes for that device, with counts that are estimated from a sample of
    /// their groups (<see cref="GroupSample"/>): it takes no longer for large work than for small.
    /// </summary>
    /// <param name="device">The device that the recording stands for.</param>
    /// <param name="prepare">What comes before, whose launches are not counted; gives the work.</param>
    /// <param name="stop">Looked at at each launch.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public static IReadOnlyList<KernelLaunch> Sample(
        Accelerator device, Func<Accelerator, Action> prepare, CancellationToken stop = default)
    {
        using var recording = new LaunchRecording(device.WarpSize, LaunchCounting.Sample, standsFor: device, stop: stop);
        recording.Counts = _ => false;
        Action work = prepare(recording.Accelerator);
        int before = recording.Launches.Count;
        recording.Counts = _ => true;
        work();
        return [.. recording.Launches.Skip(before)];
    }
}
