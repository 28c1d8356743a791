using VaeGpu.Fuzz;

namespace VaeGpu.Tests.Data;

/// <summary>Some of the cases of tests/Fuzz, which runs any number of them.</summary>
public sealed class FuzzTests
{
    private const int Cases = 800;

    [TestCase(1), TestCase(4)]
    public void Mutated_files_are_read_or_refused_in_little_time_and_memory(int seed)
    {
        using var folder = new ScratchFolder();
        using var fuzzing = new Fuzzing(folder.Path, seed);
        Assert.That(fuzzing.RunAll(Cases), Is.Empty);
    }
}
