using VaeGpu.Training.Files;

namespace VaeGpu.Host;

/// <summary>The files that a command writes at its end.</summary>
internal static class OutputFiles
{
    /// <summary>A file in the folder of "--out"; null without a folder.</summary>
    public static string? In(string? folder, string file) => folder is null ? null : Path.Combine(folder, file);

    /// <summary>Refuses files that cannot be written, before work is done for them; null stands for none.</summary>
    /// <exception cref="IOException">One cannot be written.</exception>
    public static void ThrowIfUnwritable(params string?[] paths)
    {
        foreach (string path in paths.OfType<string>())
            AtomicFile.ThrowIfUnwritable(path);
    }
}
