namespace VaeGpu.Host.Serving;

/// <summary>Short names of runs, by which requests name them.</summary>
internal static class RunNames
{
    /// <summary>The names of the folders, with a number behind those that occur again.</summary>
    public static string[] Of(IReadOnlyList<string> folders)
    {
        var names = new List<string>();
        foreach (string folder in folders)
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            names.Add(Enumerable.Range(1, folders.Count).Select(i => i == 1 ? name : $"{name}-{i}").First(free => !names.Contains(free)));
        }
        return [.. names];
    }
}
