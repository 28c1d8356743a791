namespace VaeGpu.Training.Data;

/// <summary>What a first reading finds in a column: numbers, words and missing values.</summary>
/// <param name="source">The table.</param>
/// <param name="column">The column's number among those that are used.</param>
internal sealed class ColumnSurvey(TableSource source, int column)
{
    /// <summary>The most categories of a column.</summary>
    public const int MostCategories = 255;

    /// <summary>Values that can all be different without that being strange.</summary>
    private const int Few = 10;

    private readonly Dictionary<string, int> counts = [];
    private int numbers, words, counted, firstPlace;
    private string firstWord = "";

    /// <summary>The column's number among those that are used.</summary>
    public int Column => column;

    /// <summary>The column's name.</summary>
    public string Name => source.Columns.Names[Position];

    /// <summary>The column's place in the table.</summary>
    public int Position => source.Columns.Used[column];

    /// <summary>How many values are missing.</summary>
    public int Missing { get; private set; }

    /// <summary>Whether the values are categories: words, or numbers that were said to be codes.</summary>
    public bool IsCategorical => source.Columns.AsWords[column] || words > 0;

    /// <summary>Takes a value: a number; a word; or, where that is null and the number NaN, a missing one.</summary>
    /// <exception cref="DataException">The value is missing where that is not provided for, or no float32 holds it.</exception>
    public void Add(double number, string? word, int place, DataOptions options)
    {
        if (word is not null)
            AddWord(word, place);
        else if (!double.IsNaN(number))
        {
            numbers++;
            if (!float.IsFinite((float)number))
                throw new DataException($"{source.InWords(place)}: {InWords(number)} in column \"{Name}\" is beyond what a float32 "
                    + "holds; write the column in other units.");
        }
        else
        {
            Missing++;
            if (options.Missing is MissingValues.Refuse)
                throw source.Lacks(place, Name, "fill it in, remove the line or the column, or give --missing mean or indicator");
        }
    }

    /// <summary>Checks that the values are of one kind, which is numbers where <paramref name="mustBeNumbers"/> says so.</summary>
    /// <exception cref="DataException">Some are words and some are numbers; or words are numbers of another notation.</exception>
    public void Check(bool mustBeNumbers)
    {
        if (words == 0 || source.Columns.AsWords[column])
            return;
        bool isNotation = double.TryParse(firstWord.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        if (numbers > 0 || mustBeNumbers || isNotation)
        {
            string other = isNotation || mustBeNumbers ? "" : ", give --categorical if the column holds categories";
            throw new DataException($"{source.InWords(firstPlace)}: \"{Text.Shortened(firstWord)}\" in column \"{Name}\" is not a number; "
                + $"write numbers such as -1.5 or 2e3{other}, or leave the column out with --ignore.");
        }
    }

    /// <summary>The categories of the whole table, in order.</summary>
    /// <exception cref="DataException">There are too many, or nearly every row has one of its own.</exception>
    public ColumnCategories Categories(DataOptions options)
    {
        bool asked = source.Columns.AsWords[column];
        if (!asked && counts.Count > Few && counts.Count > 0.9 * counted)
            throw new DataException($"{source.Path}: nearly all values of \"{Name}\" are different words ({counts.Count} in {counted} "
                + "rows), as those of an identifier are; leave the column out with --ignore.");
        if (counts.Count > MostCategories)
            throw new DataException($"{source.Path}: \"{Name}\" has more than {MostCategories} categories; leave the column out with "
                + "--ignore, or merge some of them.");
        bool isOwn = Missing > 0 && options.Missing is MissingValues.Indicator;
        ValueList<string> ordered = [.. counts.Keys.Concat(isOwn ? [ColumnCategories.Missing] : []).Order(StringComparer.Ordinal)];
        if (ordered.Count == 0)
            throw new DataException($"{source.Path}: \"{Name}\" has no value to train on; leave the column out with --ignore.");
        int mode = ordered.Index().MaxBy(category => counts.GetValueOrDefault(category.Item)).Index;
        return new ColumnCategories(Name, ordered, mode) { Position = Position };
    }

    /// <summary>A number in quotes. An infinite one may be written in many ways.</summary>
    private static string InWords(double number) => double.IsInfinity(number) ? "a value" : FormattableString.Invariant($"\"{number:R}\"");

    private void AddWord(string word, int place)
    {
        if (words++ == 0)
            (firstWord, firstPlace) = (word, place);
        if (counts.Count > MostCategories && counted >= 2 * MostCategories)
            return;
        counted++;
        counts[word] = counts.GetValueOrDefault(word) + 1;
    }
}
