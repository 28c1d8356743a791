using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>Reads files and folders of data.</summary>
internal static class DataFile
{
    /// <summary>The content of the file at <paramref name="path"/>.</summary>
    /// <exception cref="DataException">It cannot be read, or has no content.</exception>
    public static byte[] ReadAllBytes(string path) => Read(path, () => RegularFile.ReadAllBytes(path));

    /// <summary>What <paramref name="read"/> reads from <paramref name="place"/>.</summary>
    /// <exception cref="DataException">The system refuses.</exception>
    public static T Read<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{place} cannot be read ({error.Message.TrimEnd('.')}).", error);
        }
    }
}
