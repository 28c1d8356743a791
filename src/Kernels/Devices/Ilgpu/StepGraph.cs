using ILGPU.Runtime;

namespace VaeGpu.Kernels.Devices;

/// <summary>Launches that are the same each time. ILGPU has no graphs: they are made one by one.</summary>
public sealed class StepGraph : IDisposable
{
    private readonly Action launches;

    private StepGraph(Action launches) => this.launches = launches;

    /// <summary>
    /// Records <paramref name="launches"/>, which launches kernels and does nothing else: it is called once or at each replay.
    /// </summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="launches">Makes the launches.</param>
    /// <param name="inOrder">They always are.</param>
    public static StepGraph Record(Accelerator accelerator, Action launches, bool inOrder = false) => new(launches);

    /// <summary>Makes the launches.</summary>
    public void Replay() => launches();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
