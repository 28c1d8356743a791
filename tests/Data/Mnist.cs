using System.Runtime.CompilerServices;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

/// <summary>
/// The real MNIST, from a folder beside the checkout; tests that need it are skipped, with the reason, where it is not there.
/// </summary>
internal static class Mnist
{
    private static readonly Lazy<DataSplit> data = new(() => DataSource.Load(Folder, seed: 0, threads: 1));

    /// <summary>Where its files are.</summary>
    public static string Folder
    {
        get
        {
            var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(SourceFile())!, "../../../shared/data/mnist"));
            if (!Directory.Exists(folder))
                Assert.Ignore($"MNIST is not at {folder}.");
            return folder;
        }
    }

    /// <summary>60,000 digits to train on and 10,000 held out, with their labels.</summary>
    public static DataSplit Load()
    {
        _ = Folder;
        return data.Value;
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
