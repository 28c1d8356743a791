namespace VaeGpu.Training.Data;

/// <summary>What an example of a data set is: a picture, a row of a table or a line of text.</summary>
/// <param name="Width">Columns of a picture or a table, or characters of a line.</param>
/// <param name="Height">Rows of a picture; else 1.</param>
/// <param name="Channels">Channels of a picture; else 1.</param>
public abstract record ExampleFormat(int Width, int Height = 1, int Channels = 1)
{
    /// <summary>Numbers of an example: channels·height·width.</summary>
    public int Size => Channels * Height * Width;

    /// <summary>What the data is called, such as "a table".</summary>
    public abstract string Kind { get; }

    /// <summary>What an example is called, such as "row".</summary>
    public abstract string Example { get; }

    /// <summary>What examples are called.</summary>
    public string Examples => Example + "s";

    /// <summary>What the numbers of an example are called.</summary>
    public virtual string Element => "dimension";

    /// <summary>The size of an example in words, such as "28×28 pixels".</summary>
    public abstract string SizeInWords { get; }

    /// <summary>Whether the numbers are gray levels, with neighbors above and beside them.</summary>
    public virtual bool HasPixels => false;

    /// <summary>Symbols that examples are made of; 0 where they are numbers.</summary>
    public virtual int Symbols => 0;

    /// <summary>The likelihood that is used where none is named.</summary>
    public abstract Likelihood DefaultLikelihood { get; }

    /// <summary>Why the likelihood cannot be that of the data, with the remedy; null where it can.</summary>
    public virtual string? Refusal(Likelihood likelihood, Binarization binarization) =>
        binarization is Binarization.None ? null : $"--binarize draws pixels, and the data is {Kind}; leave it out.";
}

/// <summary>Pictures: gray with one channel; red, green and blue with three.</summary>
public sealed record ImageFormat(int Width, int Height, int Channels = 1) : ExampleFormat(Width, Height, Channels)
{
    /// <inheritdoc/>
    public override string Kind => "images";

    /// <inheritdoc/>
    public override string Example => "image";

    /// <inheritdoc/>
    public override string SizeInWords => FormattableString.Invariant($"{Width}×{Height} pixels{(Channels == 1 ? "" : " in color")}");

    /// <inheritdoc/>
    public override bool HasPixels => true;

    /// <inheritdoc/>
    public override Likelihood DefaultLikelihood => Likelihood.Bernoulli;

    /// <inheritdoc/>
    public override string? Refusal(Likelihood likelihood, Binarization binarization) =>
        binarization is Binarization.None || likelihood.Description.Support is not (Support.RealLine or Support.UnitInterval)
            ? null
            : $"--likelihood {likelihood} is a density over all levels of gray, which is unbounded on black and white alone; "
                + $"leave --binarize out, or give --likelihood {Likelihood.Bernoulli}.";
}

/// <summary>
/// Rows of a table: numbers, and then the codes of categories. The default likelihood learns an error bar for each column of numbers; each
/// other column is categorical whatever the likelihood.
/// </summary>
/// <param name="Columns">How each column of numbers was standardized.</param>
/// <param name="Categorical">The categorical columns.</param>
public sealed record TableFormat(IReadOnlyList<ColumnScale> Columns, IReadOnlyList<ColumnCategories> Categorical)
    : ExampleFormat(Columns.Count + Categorical.Count)
{
    /// <summary>The format of a table of numbers alone.</summary>
    public TableFormat(IReadOnlyList<ColumnScale> columns) : this(columns, [])
    {
    }

    /// <summary>The number of categories of each categorical column.</summary>
    public ValueList<int> Categories => [.. Categorical.Select(column => column.Categories.Count)];

    /// <summary>What the column of the classes is called; null where there is none.</summary>
    public string? ClassColumn { get; init; }

    /// <summary>The number of the column that says where values of <paramref name="name"/> are missing; null where none does.</summary>
    internal int? MissingColumnOf(string name)
    {
        string wanted = NumericColumn.NameOfMissing(name);
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Name == wanted && Columns[i].SaysMissing is not false)
                return i;
        }
        return null;
    }

    /// <summary>Whether an example has something of the table's column <paramref name="name"/>.</summary>
    internal bool Uses(string name) => Columns.Any(column => column.Name == name) || Categorical.Any(column => column.Name == name)
        || MissingColumnOf(name) is not null;

    /// <inheritdoc/>
    public override string Kind => "a table";

    /// <inheritdoc/>
    public override string Example => "row";

    /// <inheritdoc/>
    public override string SizeInWords => Categorical.Count == 0
        ? FormattableString.Invariant($"{Width} columns")
        : FormattableString.Invariant($"{Width} columns, {Categorical.Count} of them categorical");

    /// <inheritdoc/>
    public override Likelihood DefaultLikelihood => Likelihood.GaussianLearned;

    /// <inheritdoc/>
    public override string? Refusal(Likelihood likelihood, Binarization binarization) =>
        base.Refusal(likelihood, binarization) ?? (IsOnTheRealLine(likelihood)
            ? Columns.Count > 0 || likelihood.Variance == VarianceSource.Settings
                ? null
                : $"--likelihood {likelihood} learns the variance of numbers, and all columns are categorical; leave it out."
            : $"--likelihood {likelihood} is for numbers from 0 to 1, and the columns of a table are standardized and exceed that range; "
                + $"leave it out for {DefaultLikelihood}, or give one of {string.Join(", ", Likelihood.All.Where(IsOnTheRealLine))}.");

    private static bool IsOnTheRealLine(Likelihood likelihood) => likelihood.Description.Support == Support.RealLine;
}

/// <summary>Lines of text. The default likelihood has a class for each symbol.</summary>
/// <param name="Alphabet">The symbols, by number; the first is the blank that lines are padded with.</param>
/// <param name="Length">Characters of a line.</param>
public sealed record TextFormat(string Alphabet, int Length) : ExampleFormat(Length)
{
    /// <inheritdoc/>
    public override string Kind => "text";

    /// <inheritdoc/>
    public override string Example => "line";

    /// <inheritdoc/>
    public override string Element => "symbol";

    /// <inheritdoc/>
    public override string SizeInWords => FormattableString.Invariant($"{Width} characters");

    /// <inheritdoc/>
    public override int Symbols => Alphabet.EnumerateRunes().Count();

    /// <inheritdoc/>
    public override Likelihood DefaultLikelihood => Likelihood.Categorical;

    /// <inheritdoc/>
    public override string? Refusal(Likelihood likelihood, Binarization binarization) =>
        base.Refusal(likelihood, binarization) ?? (likelihood.Description.Support.HasFlag(Support.Symbols)
            ? null
            : $"--likelihood {likelihood} is for numbers, not for the symbols of text; leave it out, or give {DefaultLikelihood}.");
}
