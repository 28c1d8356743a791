namespace VaeGpu.Training.Data;

/// <summary>What an array is taken for.</summary>
public enum ArrayKind
{
    /// <summary>Bytes, and numbers from 0 to 1 of three axes or more, are pictures; other arrays of two axes are tables.</summary>
    Auto,

    /// <summary>A table: a column for each number of an example.</summary>
    Table,

    /// <summary>Pictures.</summary>
    Images,
}

/// <summary>What becomes of columns whose values are all the same, or differ by rounding alone.</summary>
public enum ConstantColumns
{
    /// <summary>They are an error.</summary>
    Refuse,

    /// <summary>They are left out.</summary>
    Drop,

    /// <summary>They stay, as zeros.</summary>
    Keep,
}

/// <summary>What becomes of missing values.</summary>
public enum MissingValues
{
    /// <summary>They are an error.</summary>
    Refuse,

    /// <summary>Each is replaced by the mean of its column, or by the most frequent category.</summary>
    Mean,

    /// <summary>
    /// The same mean, and a further column says, for each column of numbers with missing values, where they are; in a categorical
    /// column they are a category of their own.
    /// </summary>
    Indicator,
}

/// <summary>How data of files is read where there is a choice. A run keeps it, so that other data is read alike.</summary>
public sealed record DataOptions
{
    /// <summary>The names of those properties that are for tables alone.</summary>
    public static IReadOnlyList<string> OfTables { get; } =
        [nameof(Columns), nameof(Ignore), nameof(LabelColumn), nameof(Categorical), nameof(ConstantColumns), nameof(Missing)];

    /// <summary>Whether pictures that cannot be read are left out.</summary>
    [Setting("skip-damaged", "", "Leave out pictures that cannot be read, and report how many")]
    public bool SkipDamaged { get; init; }

    /// <summary>What an array is taken for.</summary>
    [Setting("as", "what", "How an array of a .npy or .npz file is interpreted")]
    public ArrayKind As { get; init; }

    /// <summary>The array of a .npz file; null for the only one.</summary>
    [Setting("member", "name", "Array of a .npz file to use [default: the only one]")]
    public string? Member { get; init; }

    /// <summary>The columns of a table that are used, separated by commas; null for all.</summary>
    [Setting("columns", "name,…", "Columns of a table to use [default: all]")]
    public string? Columns { get; init; }

    /// <summary>The columns of a table that are left out, separated by commas.</summary>
    [Setting("ignore", "name,…", "Columns of a table to leave out")]
    public string? Ignore { get; init; }

    /// <summary>The column that holds the classes; null for one called "class" or "label".</summary>
    [Setting("label-column", "name", "Column of a table that holds the classes [default: one called class or label]")]
    public string? LabelColumn { get; init; }

    /// <summary>
    /// The columns of a table whose numbers are codes of categories, separated by commas. Columns of words are categorical anyway.
    /// </summary>
    [Setting("categorical", "name,…",
        "Columns of a table whose numbers are codes of categories; columns of words are always categorical")]
    public string? Categorical { get; init; }

    /// <summary>What becomes of columns without information.</summary>
    [Setting("constant-columns", "what", "Columns of a table whose values are all the same")]
    public ConstantColumns ConstantColumns { get; init; }

    /// <summary>What becomes of missing values.</summary>
    [Setting("missing", "what",
        "Missing values of a table: an error; the mean of the column, or its most frequent category; the mean and a column that says "
            + "where, "
        + "or a category of their own")]
    public MissingValues Missing { get; init; }

    /// <summary>Characters of a line of text; 0 for as many as 99 % of the lines do not exceed.</summary>
    [Setting("length", "n", "Characters of a line of text: longer lines are cut [default: what 99 % of the lines do not exceed]",
        Least = 1, Most = 1 << 24, HasDefault = false)]
    public int Length { get; init; }

    /// <summary>Whether the values of a table are rounded to float32 before they are standardized, as earlier versions did.</summary>
    public bool SinglePrecision { get; init; }
}
