using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Kernels.Devices;

/// <summary>
/// Launches that are the same each time, recorded once where the accelerator can (<see cref="ILaunchRecorder"/>), and made one by one
/// where it cannot.
/// </summary>
public sealed class StepGraph : IDisposable
{
    private readonly Action launches;

    private StepGraph(LaunchGraph? graph, Action launches) => (Graph, this.launches) = (graph, launches);

    /// <summary>The recorded launches; null where the accelerator does not record any.</summary>
    public LaunchGraph? Graph { get; }

    /// <summary>Records <paramref name="launches"/>, which only launches kernels: it is called once or at each replay.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="launches">Makes the launches.</param>
    /// <param name="inOrder">Whether each waits for the one before, even if they use different memory.</param>
    public static StepGraph Record(Accelerator accelerator, Action launches, bool inOrder = false) =>
        new((accelerator as ILaunchRecorder)?.Record(launches, inOrder), launches);

    /// <summary>Makes the launches.</summary>
    public void Replay()
    {
        if (Graph is not null)
            Graph.Replay();
        else
            Launch();
    }

    /// <summary>Makes the launches one by one, without the recording.</summary>
    public void Launch() => launches();

    /// <inheritdoc/>
    public void Dispose() => Graph?.Dispose();
}
