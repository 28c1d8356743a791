namespace VaeGpu.Host.Pictures;

/// <summary>Examples laid out for a person to look at.</summary>
internal interface IShown
{
    /// <summary>Writes them to a file.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one at that path is left as it was.</exception>
    void Write(string path);
}
