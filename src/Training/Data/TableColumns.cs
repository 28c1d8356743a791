namespace VaeGpu.Training.Data;

/// <summary>What each column of a table is for.</summary>
/// <param name="Names">The names of all columns.</param>
/// <param name="Used">The numbers of those that hold data.</param>
/// <param name="AsWords">Whether each of those is read as words also where it holds numbers: codes of categories.</param>
/// <param name="Class">The number of the one that holds the classes; null where none does.</param>
internal sealed record TableColumns(string[] Names, int[] Used, bool[] AsWords, int? Class)
{
    /// <summary>The names of those that hold data.</summary>
    public string[] UsedNames => [.. Used.Select(column => Names[column])];

    /// <summary>The names of those that are left out.</summary>
    public string[] Left => [.. Names.Where((_, i) => i != Class && !Used.Contains(i))];

    /// <summary>
    /// Looks the columns up that the options name, and those that are categorical to a model. A model's options may name columns that other
    /// data has not.
    /// </summary>
    /// <exception cref="DataException">A name is missing, there twice or unknown, or two columns could hold the classes.</exception>
    public static TableColumns Of(string path, string[] names, DataFit fit)
    {
        var options = fit.Options;
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new DataException($"{path} has {twice.Count()} columns called \"{twice.Key}\"; give each a name of its own.");
        string[]? wanted = Listed(Split(options.Columns), "--columns");
        string[] ignored = Listed(Split(options.Ignore), "--ignore") ?? [];
        string[] codes =
        [
            .. Listed(Split(options.Categorical), "--categorical") ?? [],
            .. (fit.Format as TableFormat)?.Categorical.Select(column => column.Name) ?? [],
        ];
        int? classColumn = options.LabelColumn is not { } asked
            ? ClassColumn(path, names, ignored)
            : Listed([asked], "--label-column") is [var label] ? Array.IndexOf(names, label) : null;
        int[] used = [.. Enumerable.Range(0, names.Length)
            .Where(i => i != classColumn && !ignored.Contains(names[i]) && wanted?.Contains(names[i]) is not false)
            .Where(i => !IsDropped(names[i]))];
        if (used.Length == 0)
            throw new DataException($"{path} has no column of data left; its columns are {string.Join(", ", names)}.");
        return new TableColumns(names, used, Array.ConvertAll(used, column => codes.Contains(names[column])), classColumn);

        bool IsDropped(string name) =>
            options.ConstantColumns is ConstantColumns.Drop && fit.Format is TableFormat known && !known.Uses(name);

        string[]? Listed(string[]? listed, string option) => listed?.Except(names).FirstOrDefault() is { } unknown && fit.Format is null
            ? throw new DataException($"{option}: {path} has no column \"{unknown}\"; its columns are {string.Join(", ", names)}.")
            : listed?.Intersect(names).ToArray();
    }

    private static int? ClassColumn(string path, string[] names, string[] ignored)
    {
        int[] found = [.. Enumerable.Range(0, names.Length)
            .Where(i => names[i].ToLowerInvariant() is "class" or "label" && !ignored.Contains(names[i]))];
        return found.Length switch
        {
            0 => null,
            1 => found[0],
            _ => throw new DataException($"{path} has the columns \"{names[found[0]]}\" and \"{names[found[1]]}\"; say which holds the "
                + "classes with --label-column."),
        };
    }

    private static string[]? Split(string? text) =>
        text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
