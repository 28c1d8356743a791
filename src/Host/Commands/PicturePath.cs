namespace VaeGpu.Host.Commands;

/// <summary>Where a command's picture or table goes.</summary>
internal static class PicturePath
{
    /// <summary>The path asked for, or <paramref name="name"/> in the run's folder.</summary>
    /// <exception cref="UsageException">A file is there and may not be replaced, or a folder is; or text is to be called a picture, or a
    /// picture text.</exception>
    public static string Choose(string? asked, string folder, string name, bool overwrite)
    {
        var path = asked ?? Path.Combine(folder, name);
        var (own, other) = (Path.GetExtension(name), Path.GetExtension(path));
        if ((own, other) is (".png", ".txt") or (".txt", ".png"))
            throw new UsageException($"--out: \"{path}\" ends in {other}, and this is a {own} file; call it so.");
        if (Directory.Exists(path))
            throw new UsageException($"\"{path}\" is a folder; name a file with --out.");
        if (File.Exists(path) && !overwrite)
            throw new UsageException($"\"{path}\" exists already; name another file with --out, or replace it with --overwrite.");
        return path;
    }
}
