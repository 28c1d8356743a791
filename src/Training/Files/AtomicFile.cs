using System.Collections.Concurrent;

namespace VaeGpu.Training.Files;

/// <summary>Writes a file whole or not at all: beside its place first, then moved there.</summary>
public static class AtomicFile
{
    private static readonly ConcurrentDictionary<string, Action> Guards = new();

    /// <summary>
    /// Replaces <paramref name="path"/> by what <paramref name="write"/> puts in the stream; makes the folder if it is missing. Where a
    /// link is there, it stays, and what it leads to is replaced.
    /// </summary>
    /// <exception cref="IOException">
    /// The folder or file cannot or may not be written, or is a device; the file at <paramref name="path"/> is as it was.
    /// </exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Beside(path, (beside, full, guard) => WriteBeside(beside, full, write, guard));
    }

    /// <summary>The same for lines of text, UTF-8, each ending in a line feed.</summary>
    /// <exception cref="IOException">As for <see cref="Write"/>.</exception>
    public static void WriteLines(string path, IEnumerable<string> lines) => Write(path, stream =>
    {
        using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        foreach (var line in lines)
            text.WriteLine(line);
    });

    /// <summary>
    /// Refuses a path at which <see cref="Write"/> would fail, as far as that can be known. Nothing is left behind, nor are folders.
    /// </summary>
    /// <exception cref="IOException">As for <see cref="Write"/>.</exception>
    public static void ThrowIfUnwritable(string path)
    {
        string[] missing = [.. FoldersAbove(path).TakeWhile(folder => !Directory.Exists(folder))];
        try
        {
            Beside(path, (beside, full, _) =>
            {
                if (Directory.Exists(full))
                    throw new IOException("a folder has this name");
                File.Create(beside, 1, FileOptions.DeleteOnClose).Dispose();
            });
        }
        finally
        {
            foreach (string folder in missing.Where(Directory.Exists))
            {
                if (!Directory.EnumerateFileSystemEntries(folder).Any())
                    Directory.Delete(folder);
            }
        }
    }

    /// <summary>Removes what is left beside <paramref name="path"/> of writes that were killed. Nothing may be writing it.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public static void RemoveLeftovers(string path)
    {
        var full = Path.GetFullPath(path);
        var length = NameBeside(full).Length;
        foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(full) ?? full, $"{Path.GetFileName(full)}.*.tmp"))
        {
            if (left.Length == length)
                File.Delete(left);
        }
    }

    /// <summary>
    /// Files in <paramref name="folder"/> are written only where <paramref name="check"/>, which throws otherwise, allows it: before, and
    /// again before the file comes to its place. The folder is not made again.
    /// </summary>
    internal static void Guard(string folder, Action check) => Guards[folder] = check;

    /// <summary>Ends what <see cref="Guard"/> began.</summary>
    internal static void Release(string folder, Action check) => Guards.TryRemove(new(folder, check));

    /// <summary>Does what concerns a file by way of one beside it; problems name the file.</summary>
    private static void Beside(string path, Action<string, string, Action?> work)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = Target(Path.GetFullPath(path));
        Guards.TryGetValue(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "", out var guard);
        guard?.Invoke();
        if (IsDevice(full))
            throw new IOException($"\"{path}\" cannot be written: it is a device or a pipe; name a file.");
        var beside = NameBeside(full);
        try
        {
            if (guard is null)
                Directory.CreateDirectory(Path.GetDirectoryName(full) ?? full);
            work(beside, full, guard);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            guard?.Invoke();
            // The name of the file beside it means nothing to the person, and the file's own need not be told twice.
            throw new IOException($"\"{path}\" cannot be written: {e.Message.Replace($" : '{beside}'", "").Replace(beside, full)}", e);
        }
    }

    /// <summary>The folder of a file, the folder that has it, and so on.</summary>
    private static IEnumerable<string> FoldersAbove(string path)
    {
        for (string? folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
            yield return folder;
    }

    private static string Target(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;

    /// <summary>To move a file to such a place would take the device from the whole system.</summary>
    private static bool IsDevice(string path) => path.StartsWith("/proc/", StringComparison.Ordinal)
        || path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);

    private static string NameBeside(string path) => $"{path}.{Guid.NewGuid():N}.tmp";

    private static void WriteBeside(string beside, string full, Action<Stream> write, Action? guard)
    {
        try
        {
            using (var stream = new WriteBehindStream(beside))
            {
                write(stream);
                // Without this a power cut after the move could leave an empty file in the old one's place.
                stream.Flush(flushToDisk: true);
            }
            guard?.Invoke();
            File.Move(beside, full, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
