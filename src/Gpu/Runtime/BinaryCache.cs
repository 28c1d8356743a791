using System.Security.Cryptography;
using System.Text;

namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// Compiled programs on disk, in the user's cache folder, so that the next run starts faster. Each file begins with the
/// checksum of the rest: what is damaged counts as absent. Where the folder cannot be written there is no cache.
/// </summary>
internal static class BinaryCache
{
    /// <summary>The folder of the cache.</summary>
    public static string Folder { get; } = Path.Combine(UserCache.Folder, "kernels");

    /// <summary>What was kept under a key, or null.</summary>
    public static byte[]? Read(string key)
    {
        byte[] file = [];
        Try(() => file = File.ReadAllBytes(PathOf(key)));
        ReadOnlySpan<byte> content = file.AsSpan(Math.Min(file.Length, SHA256.HashSizeInBytes));
        return file.AsSpan(0, file.Length - content.Length).SequenceEqual(SHA256.HashData(content)) ? content.ToArray() : null;
    }

    /// <summary>Keeps a binary; the file appears whole or not at all.</summary>
    public static void Write(string key, byte[]? binary)
    {
        if (binary is null)
            return;
        string unfinished = PathOf($"{key}.{Guid.NewGuid():N}");
        bool isKept = Try(() =>
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllBytes(unfinished, [.. SHA256.HashData(binary), .. binary]);
            File.Move(unfinished, PathOf(key), overwrite: true);
        });
        if (!isKept)
            Try(() => File.Delete(unfinished));
    }

    /// <summary>The key of what a binary follows from.</summary>
    public static string Key(params object[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));

    /// <summary>The file of a key.</summary>
    internal static string PathOf(string key) => Path.Combine(Folder, key + ".bin");

    /// <summary>Whether something with files succeeds; without it there is no cache, and the next run compiles again.</summary>
    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
