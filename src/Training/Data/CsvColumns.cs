namespace VaeGpu.Training.Data;

/// <summary>What each column of a file is for.</summary>
/// <param name="Names">The names of all columns.</param>
/// <param name="Used">The numbers of those that hold data.</param>
/// <param name="Class">The number of the one that holds the classes; null where none does.</param>
/// <param name="Left">The names of those that are left out.</param>
internal sealed record CsvColumns(string[] Names, int[] Used, int? Class, string[] Left)
{
    /// <summary>Looks the columns up that the options name.</summary>
    /// <exception cref="DataException">A name is missing, there twice or unknown, or two columns could hold the classes.</exception>
    public static CsvColumns Of(string path, string[] names, DataOptions options)
    {
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new DataException($"{path} has {twice.Count()} columns called \"{twice.Key}\"; give each a name of its own.");
        string[]? wanted = Listed(options.Columns, "--columns", path, names);
        string[] ignored = Listed(options.Ignore, "--ignore", path, names) ?? [];
        int? classColumn = ClassColumn(path, names, options.LabelColumn, ignored);
        int[] used = [.. Enumerable.Range(0, names.Length)
            .Where(i => i != classColumn && !ignored.Contains(names[i]) && wanted?.Contains(names[i]) is not false)];
        if (used.Length == 0)
            throw new DataException($"{path} has no column of numbers left; its columns are {string.Join(", ", names)}.");
        return new CsvColumns(names, used, classColumn, [.. names.Where((_, i) => i != classColumn && !used.Contains(i))]);
    }

    private static int? ClassColumn(string path, string[] names, string? asked, string[] ignored)
    {
        if (asked is not null)
            return Array.IndexOf(names, Listed(asked, "--label-column", path, names)!.Single());
        int[] found = [.. Enumerable.Range(0, names.Length)
            .Where(i => names[i].ToLowerInvariant() is "class" or "label" && !ignored.Contains(names[i]))];
        return found.Length switch
        {
            0 => null,
            1 => found[0],
            _ => throw new DataException($"{path} has the columns \"{names[found[0]]}\" and \"{names[found[1]]}\"; say which holds the classes with --label-column."),
        };
    }

    private static string[]? Listed(string? text, string option, string path, string[] names)
    {
        string[]? listed = text is null ? null
            : option == "--label-column" ? [text] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return listed?.FirstOrDefault(name => !names.Contains(name)) is { } unknown
            ? throw new DataException($"{option}: {path} has no column \"{unknown}\"; its columns are {string.Join(", ", names)}.")
            : listed;
    }
}
