namespace VaeGpu.Training.Data;

/// <summary>Means and deviations of a table's columns.</summary>
internal static class TableScales
{
    /// <summary>A deviation below this part of the mean is what rounding leaves of a constant.</summary>
    private const double Rounding = 1e-12;

    /// <summary>
    /// How the columns are scaled by the rows for which <paramref name="trainsOn"/> holds, without those that are dropped. Missing values
    /// do not count.
    /// </summary>
    /// <exception cref="DataException">A column is constant and that was not provided for, or has no value.</exception>
    public static TableFormat Of(TableSource source, TableSurvey survey, Func<int, bool> trainsOn, DataOptions options, List<string> notes)
    {
        ColumnScale[] scales = Scales(source, survey, trainsOn);
        ColumnCategories[] categorical = Array.ConvertAll(survey.Words, column => column.Categories(options));
        string[] constant =
        [
            .. scales.Where(IsConstant).Select(scale => scale.Name),
            .. categorical.Where(IsConstant).Select(column => column.Name),
        ];
        string list = string.Join(", ", constant.Select(name => $"\"{name}\""));
        if (constant.Length > 0 && options.ConstantColumns is ConstantColumns.Refuse)
            throw new DataException($"{source.Path}: all values to train on are the same in {list}; leave such columns out with "
                + "--constant-columns drop, or train on them with --constant-columns keep.");
        if (constant.Length > 0 && options.ConstantColumns is ConstantColumns.Drop)
        {
            notes.Add($"constant columns left out: {list}");
            scales = Array.FindAll(scales, scale => !IsConstant(scale));
            categorical = Array.FindAll(categorical, column => !IsConstant(column));
        }
        else if (constant.Length > 0)
        {
            notes.Add($"constant columns: {list}");
            scales = Array.ConvertAll(scales, scale => scale.Deviation > 0 ? scale : scale with { Deviation = 1 });
        }
        if (scales.Length + categorical.Length == 0)
            throw new DataException($"{source.Path} has constant columns only.");
        if (categorical.Length > 0)
            notes.Add($"categorical columns: {string.Join(", ", categorical.Select(InWords))}");
        return new TableFormat(scales, categorical) { ClassColumn = source.Columns.Class is { } at ? source.Columns.Names[at] : null };
    }

    private static string InWords(ColumnCategories column) =>
        FormattableString.Invariant($"\"{column.Name}\" ({column.Categories.Count} categories)");

    private static bool IsConstant(ColumnScale scale) => scale.Deviation <= Rounding * Math.Abs(scale.Mean);

    private static bool IsConstant(ColumnCategories column) => column.Categories.Count == 1;

    /// <summary>Mean and deviation of each column of numbers, by Welford's sums.</summary>
    private static ColumnScale[] Scales(TableSource source, TableSurvey survey, Func<int, bool> trainsOn)
    {
        var (columns, width) = (survey.Numeric, source.Columns.Used.Length);
        if (columns.Length == 0)
            return [];
        var (counts, means, squares) = (new int[columns.Length], new double[columns.Length], new double[columns.Length]);
        int trained = 0;
        foreach (var (first, block) in survey.Again())
        {
            for (var row = 0; row < block.Count; row++)
            {
                if (!trainsOn(first + row))
                    continue;
                trained++;
                for (var i = 0; i < columns.Length; i++)
                {
                    double value = columns[i].Of(block, row * width);
                    if (double.IsNaN(value))
                        continue;
                    double distance = value - means[i];
                    means[i] += distance / ++counts[i];
                    squares[i] += distance * (value - means[i]);
                }
            }
        }
        int empty = trained == 0 ? -1 : Array.IndexOf(counts, 0);
        if (empty >= 0)
            throw new DataException($"{source.Path}: \"{columns[empty].Name}\" has no value to train on; leave the column out with "
                + "--ignore.");
        return [.. columns.Select((column, i) => new ColumnScale(column.Name, means[i], Math.Sqrt(squares[i] / Math.Max(counts[i], 1)))
        {
            Position = column.Position, SaysMissing = column.SaysMissing,
        })];
    }
}
