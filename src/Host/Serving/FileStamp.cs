namespace VaeGpu.Host.Serving;

/// <summary>What tells a file's content from an earlier one without reading it.</summary>
internal readonly record struct FileStamp(DateTime Written, long Length)
{
    /// <summary>The stamp of the file at <paramref name="path"/>; the default if the file does not exist.</summary>
    public static FileStamp Of(string path) =>
        new FileInfo(path) is { Exists: true } file ? new(file.LastWriteTimeUtc, file.Length) : default;
}
