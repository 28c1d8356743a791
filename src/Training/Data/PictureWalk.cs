using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>
/// Finds the pictures below a folder. Hidden files, runs, links that lead back, and links to a folder that another link led to, are
/// skipped, and reported.
/// </summary>
internal sealed class PictureWalk
{
    private static readonly string[] Known =
        [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".tga", ".pbm", ".pgm", ".ppm"];

    private static readonly string[] Foreign = [".pam", ".avif", ".heic", ".jxl"];

    private readonly List<string> pictures = [], hidden = [], runs = [], loops = [], again = [], others = [];
    private readonly HashSet<string> followed = [];

    private PictureWalk()
    {
    }

    /// <summary>The pictures below <paramref name="folder"/>, in the order of their paths.</summary>
    /// <exception cref="DataException">There are none, one is of a format that is not read, or the folder cannot be read.</exception>
    public static string[] Find(string folder, List<string> notes)
    {
        var walk = new PictureWalk();
        DataFile.Read($"The data folder \"{folder}\"", () => walk.Visit(new DirectoryInfo(folder), [RealPath.Of(folder)]));
        walk.Report("hidden files and folders", walk.hidden, notes);
        walk.Report("folders of runs", walk.runs, notes);
        walk.Report("links that lead back", walk.loops, notes);
        walk.Report("links to folders that another link leads to", walk.again, notes);
        walk.Report("files that are not pictures", walk.others, notes);
        if (walk.pictures.Count == 0)
            throw new DataException($"The data folder \"{folder}\" has neither MNIST-style IDX files (train-images-idx3-ubyte, …) nor "
                + $"pictures ({string.Join(", ", Known)}).");
        walk.pictures.Sort(StringComparer.Ordinal);
        return [.. walk.pictures];
    }

    /// <summary>Whether programs leave files and folders of this name that no person means as data.</summary>
    public static bool IsHidden(string name) => name.StartsWith('.') || name is "__MACOSX" or "Thumbs.db" or "desktop.ini";

    /// <summary>Whether a file is a picture by its name, and not hidden.</summary>
    public static bool IsPicture(string file) =>
        Known.Contains(Path.GetExtension(file).ToLowerInvariant()) && !IsHidden(Path.GetFileName(file));

    /// <summary>Whether a folder holds a run.</summary>
    public static bool IsRun(string folder) => File.Exists(Runs.RunFolder.CheckpointIn(folder));

    /// <param name="folder">A folder.</param>
    /// <param name="way">The folders on the way to it, and itself, links resolved.</param>
    /// <returns>The pictures found so far.</returns>
    private int Visit(DirectoryInfo folder, string[] way)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (IsHidden(entry.Name))
                hidden.Add(entry.FullName);
            else if (entry is not DirectoryInfo inner)
                Add(entry);
            else if (IsRun(inner.FullName))
                runs.Add(inner.FullName);
            else if (inner.LinkTarget is null)
                Visit(inner, [.. way, Path.Combine(way[^1], inner.Name)]);
            else
                Follow(inner, RealPath.Of(Path.Combine(way[^1], inner.Name)), way);
        }
        return pictures.Count;
    }

    /// <summary>Follows a link, the first to a folder alone: links between folders would multiply the ways.</summary>
    private void Follow(DirectoryInfo link, string target, string[] way)
    {
        if (way.Contains(target))
            loops.Add(link.FullName);
        else if (!followed.Add(target))
            again.Add(link.FullName);
        else
            Visit(link, [.. way, target]);
    }

    private void Add(FileSystemInfo file)
    {
        string extension = file.Extension.ToLowerInvariant();
        if (Foreign.Contains(extension))
            throw new DataException($"{file.FullName} has a format that is not supported; convert the pictures to PNG, for example "
                + "with \"magick mogrify -format png\", and remove the others.");
        (Known.Contains(extension) ? pictures : others).Add(file.FullName);
    }

    private void Report(string what, List<string> skipped, List<string> notes)
    {
        if (skipped.Count > 0)
            notes.Add($"skipped {what}: {skipped[0]}{(skipped.Count == 1 ? "" : $" and {skipped.Count - 1} more")}");
    }
}
