using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Runtime.Cpu;

namespace VaeGpu.Training.Data;

/// <summary>How far the loading of data is.</summary>
/// <param name="Done">Examples read.</param>
/// <param name="All">Examples in all.</param>
public readonly record struct LoadingProgress(int Done, int All);

/// <summary>The means that data is loaded with. What is loaded does not depend on them.</summary>
public sealed record LoadingOptions
{
    /// <summary>Threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Bytes of pictures that are kept in memory, by default a third of what is available, since devices may have a copy. What is larger
    /// is kept in a temporary file of <see cref="Folder"/> and read a batch at a time.
    /// </summary>
    public long Memory { get; init; } = HostMemory.Available / 3;

    /// <summary>The folder of temporary files.</summary>
    public string Folder { get; init; } = Path.Combine(UserCache.Folder, "pictures");

    /// <summary>Is told how many pictures are read, from any thread.</summary>
    public IProgress<LoadingProgress>? Progress { get; init; }

    /// <summary>The same for data beside <paramref name="loaded"/>, which has a part of the memory.</summary>
    internal LoadingOptions Beside(ExampleSet loaded) =>
        loaded is ImageSet { Pixels.LongLength: var bytes } ? this with { Memory = Memory - bytes } : this;
}
