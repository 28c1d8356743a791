namespace VaeGpu.Training.Files;

/// <summary>Paths without links.</summary>
public static class RealPath
{
    /// <summary>As many links on one way as Linux follows.</summary>
    private const int MostLinks = 40;

    /// <summary>The full path, links in any part of it resolved; a part that is not there stays.</summary>
    /// <exception cref="IOException">Links lead back to themselves.</exception>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path);
        for (var links = 0; links <= MostLinks; links++)
        {
            if (WithoutFirstLink(full) is not { } next)
                return Path.TrimEndingDirectorySeparator(full);
            full = next;
        }
        throw new IOException($"\"{path}\" has too many links on its way.");
    }

    /// <summary>Whether <paramref name="path"/> is <paramref name="folder"/> or lies in it.</summary>
    public static bool IsWithin(string path, string folder)
    {
        string way = Path.GetRelativePath(Of(folder), Of(path));
        return way != ".." && !way.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !Path.IsPathRooted(way);
    }

    /// <summary>The path with the first link on its way replaced by what it leads to; null where there is none.</summary>
    private static string? WithoutFirstLink(string full)
    {
        string way = Path.GetPathRoot(full)!;
        string[] parts = full[way.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            string next = Path.Combine(way, parts[i]);
            if (new FileInfo(next).LinkTarget is { } target)
                return Path.Combine([Path.GetFullPath(target, way), .. parts[(i + 1)..]]);
            way = next;
        }
        return null;
    }
}
