using System.Security.Cryptography;

namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// Compiled programs on disk, in the user's cache folder, so that the next run starts faster. Each file begins with the checksum of its
/// key and the rest: what is damaged, or was put under another key, counts as absent. Only the user can read and write the folder. Where
/// the folder cannot be written, nothing is cached.
/// </summary>
internal static class BinaryCache
{
    /// <summary>No kernel's binary is nearly as large.</summary>
    private const long MostBytes = 1 << 28;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WrittenByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    public static string Folder { get; } = Path.Combine(UserCache.Folder, "kernels");

    /// <summary>What was kept under a key, or null.</summary>
    public static byte[]? Read(string key)
    {
        byte[] file = [];
        Try(() =>
        {
            // A link may lead anywhere. What is no file has no length, and is not opened: a pipe would never end.
            var entry = new FileInfo(PathOf(key));
            if (entry is { Exists: true, LinkTarget: null, Length: > SHA256.HashSizeInBytes and <= MostBytes } && IsPrivate(Folder))
                file = File.ReadAllBytes(entry.FullName);
        });
        if (file.Length == 0)
            return null;
        ReadOnlySpan<byte> content = file.AsSpan(SHA256.HashSizeInBytes);
        return file.AsSpan(0, SHA256.HashSizeInBytes).SequenceEqual(Checksum(key, content)) ? content.ToArray() : null;
    }

    /// <summary>Keeps a binary; the file appears whole or not at all.</summary>
    public static void Write(string key, byte[]? binary)
    {
        if (binary is null)
            return;
        string unfinished = PathOf($"{key}.{Guid.NewGuid():N}");
        string? problem = Try(() =>
        {
            MakePrivate(Folder);
            using (FileStream file = new(unfinished, Options()))
            {
                file.Write(Checksum(key, binary));
                file.Write(binary);
            }
            File.Move(unfinished, PathOf(key), overwrite: true);
        });
        UserCache.Problem = problem;
        if (problem is not null)
            Try(() => File.Delete(unfinished));
    }

    /// <summary>The key of what a binary follows from.</summary>
    public static string Key(params object[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));

    /// <summary>The file of a key.</summary>
    internal static string PathOf(string key) => Path.Combine(Folder, key + ".bin");

    /// <summary>Makes a folder that the user alone can read and write; what others could have put there is removed.</summary>
    internal static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }
        if (Directory.Exists(folder) && !IsPrivate(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder, Private);
        // Also where it is private already: the system refuses this for the folder of another user.
        File.SetUnixFileMode(folder, Private);
        if (!IsPrivate(folder))
            throw new IOException($"The file system of \"{folder}\" does not keep the access rights of folders.");
    }

    private static bool IsPrivate(string folder) => OperatingSystem.IsWindows() || !File.GetUnixFileMode(folder).HasAnyOf(WrittenByOthers);

    private static bool HasAnyOf(this UnixFileMode mode, UnixFileMode some) => (mode & some) != 0;

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static byte[] Checksum(string key, ReadOnlySpan<byte> content) => SHA256.HashData([.. Encoding.UTF8.GetBytes(key), .. content]);

    /// <summary>Runs an action on files. The reason where it fails, so that the next run compiles again; null where it succeeds.</summary>
    private static string? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
