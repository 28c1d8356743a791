namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// What a kernel's launches keep to on every device, and the occupancy that its machine code is made for on CUDA; other targets
/// ignore that.
/// </summary>
public readonly record struct KernelSpecialization
{
    /// <summary>Neither a bound nor a wish.</summary>
    public static readonly KernelSpecialization Empty;

    /// <param name="maxNumThreadsPerGroup">The most threads of a group; a launch with more is refused.</param>
    /// <param name="minNumGroupsPerMultiprocessor">
    /// Groups that shall fit a multiprocessor side by side: on CUDA, NVIDIA's compiler takes so few registers for each thread that they do.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is below 1.</exception>
    public KernelSpecialization(int? maxNumThreadsPerGroup, int? minNumGroupsPerMultiprocessor)
    {
        MaxNumThreadsPerGroup = AtLeastOne(maxNumThreadsPerGroup, nameof(maxNumThreadsPerGroup), "threads in a group");
        MinNumGroupsPerMultiprocessor = AtLeastOne(
            minNumGroupsPerMultiprocessor, nameof(minNumGroupsPerMultiprocessor), "groups on a multiprocessor");
    }

    /// <summary>The most threads of a group; null for as many as the device takes.</summary>
    public int? MaxNumThreadsPerGroup { get; }

    /// <summary>Groups that shall fit a multiprocessor side by side; null to leave that to the driver.</summary>
    public int? MinNumGroupsPerMultiprocessor { get; }

    private static int? AtLeastOne(int? value, string name, string what) => value is null or >= 1
        ? value
        : throw new ArgumentOutOfRangeException(
            name, value, $"A kernel cannot be specialised for {value} {what}: give 1 or more, or null.");
}
