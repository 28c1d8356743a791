namespace VaeGpu.Training.Data;

/// <summary>A number of a table's examples: a column's, or whether the column's value is missing.</summary>
internal readonly record struct NumericColumn(string Name, int Column, int Position, bool SaysMissing)
{
    private const string Suffix = " is missing";

    /// <summary>What a column is called that says where the values of another are missing.</summary>
    public static string NameOfMissing(string column) => column + Suffix;

    /// <summary>The column's number in a row of a block.</summary>
    public double Of(TableBlock block, int at) =>
        SaysMissing ? double.IsNaN(block.Numbers[at + Column]) ? 1 : 0 : block.Numbers[at + Column];
}

/// <summary>What a first reading of a table finds: how many rows there are, what each column holds, and the classes.</summary>
internal sealed class TableSurvey
{
    private const int MostClasses = 256;
    private readonly TableSource source;
    private readonly ColumnSurvey[] columns;

    /// <summary>Reads the table.</summary>
    /// <exception cref="DataException">A value or a column has a fault.</exception>
    public TableSurvey(TableSource source, DataFit fit, List<string> notes)
    {
        this.source = source;
        var known = fit.Format as TableFormat;
        columns = [.. Enumerable.Range(0, source.Columns.Used.Length).Select(column => new ColumnSurvey(source, column))];
        var (numbers, labels) = (new Dictionary<string, int>(), new List<int>());
        foreach (var block in source.Blocks())
        {
            for (var row = 0; row < block.Count; row++)
            {
                Add(block, row, fit.Options);
                if (block.Classes[row] is not { } name)
                    continue;
                if (!numbers.TryGetValue(name, out int number))
                    numbers.Add(name, number = numbers.Count);
                labels.Add(number);
            }
            Rows += block.Count;
        }
        if (Rows == 0)
            throw new DataException($"{source.Path} has no rows of data.");
        foreach (var column in columns)
            column.Check(known is not null && known.Columns.Any(scale => scale.Name == column.Name));
        if (source.Columns.Class is not null)
            (Labels, LabelNames) = Classes(source.Path, numbers, labels);
        Words = Array.FindAll(columns, column => column.IsCategorical);
        var numeric = columns.Except(Words);
        Numeric = [.. numeric.Select(column => NumberOf(column, false)), .. MissingColumns(numeric, known, fit.Options)];
        ThrowIfTwice();
        Tell(notes);
    }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; }

    /// <summary>The columns of numbers, and then those that say where values are missing.</summary>
    public NumericColumn[] Numeric { get; }

    /// <summary>The categorical columns.</summary>
    public ColumnSurvey[] Words { get; }

    /// <summary>The class of each row, or null.</summary>
    public byte[]? Labels { get; }

    /// <summary>What the classes are called.</summary>
    public string[]? LabelNames { get; }

    /// <summary>Says what becomes of the missing values of categorical columns.</summary>
    public void TellOfWords(TableFormat format, List<string> notes)
    {
        foreach (var columns in format.Categorical.ToLookup(column => column.Categories.Contains(ColumnCategories.Missing)))
        {
            string[] names = [.. columns.Select(column => column.Name)];
            int missing = Words.Where(column => names.Contains(column.Name)).Sum(column => column.Missing);
            if (missing > 0)
            {
                notes.Add(FormattableString.Invariant($"{missing} missing values of categorical columns of {source.Path} are ")
                    + (columns.Key ? "a category of their own" : "replaced by the most frequent categories"));
            }
        }
    }

    /// <summary>Reads the rows again, each block with the number of its first row.</summary>
    /// <exception cref="DataException">There are more or fewer rows than before.</exception>
    public IEnumerable<(int First, TableBlock Block)> Again()
    {
        int first = 0;
        foreach (var block in source.Blocks())
        {
            if (first + block.Count <= Rows)
                yield return (first, block);
            first += block.Count;
        }
        if (first != Rows)
            throw new DataException($"{source.Path} was changed while it was read; try again when nothing writes it.");
    }

    private void Add(TableBlock block, int row, DataOptions options)
    {
        int at = row * columns.Length;
        for (var i = 0; i < columns.Length; i++)
            columns[i].Add(block.Numbers[at + i], block.Words[at + i], block.Places[row], options);
    }

    private static NumericColumn NumberOf(ColumnSurvey column, bool saysMissing) => new(
        saysMissing ? NumericColumn.NameOfMissing(column.Name) : column.Name, column.Column, column.Position, saysMissing);

    /// <summary>A column for each whose values are sometimes missing, or were so in a model's data, where that was asked for.</summary>
    private static IEnumerable<NumericColumn> MissingColumns(
        IEnumerable<ColumnSurvey> numeric, TableFormat? known, DataOptions options) => options.Missing is not MissingValues.Indicator
        ? []
        : numeric.Select(column => (Column: column, Says: NumberOf(column, true)))
            .Where(both => known is null ? both.Column.Missing > 0 : known.MissingColumnOf(both.Column.Name) is not null)
            .Select(both => both.Says);

    /// <summary>Refuses a column that is called as one that says where values are missing.</summary>
    private void ThrowIfTwice()
    {
        string[] own = Array.ConvertAll(columns, column => column.Name);
        foreach (var says in Numeric)
        {
            if (says.SaysMissing && own.Contains(says.Name))
            {
                string name = source.Columns.Names[says.Position];
                throw new DataException($"{source.Path}: --missing indicator adds a column \"{says.Name}\" to \"{name}\", and the "
                    + "table has a column of that name; "
                    + "rename it, leave it out with --ignore, or give --missing mean.");
            }
        }
    }

    private void Tell(List<string> notes)
    {
        if (source.Columns.Left is { Length: > 0 } left)
            notes.Add($"columns left out: {string.Join(", ", left)}");
        int missing = columns.Except(Words).Sum(column => column.Missing);
        if (missing > 0)
            notes.Add(FormattableString.Invariant($"{missing} missing values of {source.Path} are replaced by the means of their columns"));
    }

    private static (byte[] Labels, string[] Names) Classes(string path, Dictionary<string, int> numbers, List<int> labels)
    {
        if (numbers.Count > MostClasses)
            throw new DataException($"{path} has {numbers.Count} classes; at most {MostClasses} are supported, so rename its class "
                + "column if it is a number like any other.");
        string[] names = [.. numbers.Keys.Order(StringComparer.Ordinal)];
        var ordered = new byte[names.Length];
        foreach (var (index, name) in names.Index())
            ordered[numbers[name]] = (byte)index;
        return ([.. labels.Select(label => ordered[label])], names);
    }
}
