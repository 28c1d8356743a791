namespace VaeGpu.Gpu.Runtime;

/// <summary>The folder for what can be made again.</summary>
public static class UserCache
{
    /// <summary>The program's folder among the user's caches.</summary>
    public static string Folder => Path.Combine(UserFolder(Environment.GetEnvironmentVariable("XDG_CACHE_HOME")), "VaeGpu");

    /// <summary>Why the last compiled program could not be kept; null where it was, or none was compiled.</summary>
    public static string? Problem { get; internal set; }

    /// <summary>Where a user's caches lie; a relative path is ignored, as XDG asks.</summary>
    internal static string UserFolder(string? cacheHome)
    {
        if (Path.IsPathFullyQualified(cacheHome ?? ""))
            return cacheHome!;
        // Without the option a home that is not there yet gives no path at all, and the cache would lie in the working folder.
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return OperatingSystem.IsLinux()
            ? Path.Combine(home, ".cache")
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
    }
}
