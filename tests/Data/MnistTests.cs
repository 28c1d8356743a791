using System.Runtime.CompilerServices;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class MnistTests
{
    [Test]
    public void The_real_files_load_with_their_known_counts_and_first_labels()
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(SourceFile())!, "../../../shared/data/mnist"));
        if (!Directory.Exists(folder))
            Assert.Ignore($"MNIST is not at {folder}.");
        var data = DataSource.Load(folder, seed: 0, threads: 1);
        Assert.Multiple(() =>
        {
            Assert.That(data.Name, Is.EqualTo("mnist"));
            Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((60_000, 10_000)));
            Assert.That((data.Train.Width, data.Train.Height), Is.EqualTo((28, 28)));
            Assert.That(data.Train.Labels![..3], Is.EqualTo(new byte[] { 5, 0, 4 }));
            Assert.That(data.Test.Labels![..3], Is.EqualTo(new byte[] { 7, 2, 1 }));
        });
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
