namespace VaeGpu.Training.Data;

/// <summary>How a table's column was standardized: a value v became (v − mean)/deviation.</summary>
public sealed record ColumnScale(string Name, double Mean, double Deviation)
{
    /// <summary>The column's place in the table.</summary>
    public int Position { get; init; }

    /// <summary>
    /// Whether the numbers say where the values of another column are missing, and are none of the table's; null where that is not
    /// known, as in runs of earlier versions. Then a column does that is called as such a column of the table is.
    /// </summary>
    public bool? SaysMissing { get; init; }

    /// <summary>The value that became a standardized one: mean + deviation·<paramref name="standardized"/>.</summary>
    public double Restored(float standardized) => Mean + Deviation * standardized;
}

/// <summary>The categories of a table's column; a value became its number among them.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Categories">The categories in order; a missing value that is one of its own is the empty text.</param>
/// <param name="Mode">The number of the most frequent category.</param>
public sealed record ColumnCategories(string Name, ValueList<string> Categories, int Mode)
{
    /// <summary>The category of missing values.</summary>
    internal const string Missing = "";

    /// <summary>The column's place in the table.</summary>
    public int Position { get; init; }
}
