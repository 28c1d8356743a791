namespace VaeGpu.Kernels.Devices;

/// <summary>
/// Launches that are the same each time, recorded once: a CUDA graph or an OpenCL command buffer where the driver has them.
/// </summary>
public sealed class StepGraph : IDisposable
{
    private readonly LaunchGraph graph;

    private StepGraph(LaunchGraph graph) => this.graph = graph;

    /// <summary>
    /// Records <paramref name="launches"/>, which launches kernels and does nothing else: it is called once or at each replay.
    /// </summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="launches">Makes the launches.</param>
    /// <param name="inOrder">Whether each waits for the one before, even if they use different memory.</param>
    public static StepGraph Record(Accelerator accelerator, Action launches, bool inOrder = false) =>
        new(accelerator.Record(launches, inOrder));

    /// <summary>Makes the launches.</summary>
    public void Replay() => graph.Replay();

    /// <inheritdoc/>
    public void Dispose() => graph.Dispose();
}
