namespace VaeGpu.Training.Data;

/// <summary>Some rows of a table, in order. It is filled again for the next rows.</summary>
internal sealed class TableBlock(int columns, int capacity)
{
    /// <summary>How many rows there are.</summary>
    public int Count { get; set; }

    /// <summary>Where each row stands in the file: its line or its number.</summary>
    public int[] Places { get; } = new int[capacity];

    /// <summary>The numbers, shape (rows, used columns); NaN where the value is a word or missing.</summary>
    public double[] Numbers { get; } = new double[columns * capacity];

    /// <summary>The words, shape (rows, used columns); null where the value is a number or missing.</summary>
    public string?[] Words { get; } = new string?[columns * capacity];

    /// <summary>The class of each row; null where there are none.</summary>
    public string?[] Classes { get; } = new string?[capacity];
}

/// <summary>A table in a file: its columns, and its rows as often as they are asked for.</summary>
internal abstract class TableSource
{
    /// <summary>Rows of a block.</summary>
    protected const int BlockRows = 4096;

    private static readonly string[] Missing = ["", "na", "n/a", "nan", "null", "none", "?"];

    /// <summary>The file.</summary>
    public abstract string Path { get; }

    /// <summary>What each column is for.</summary>
    public abstract TableColumns Columns { get; }

    /// <summary>Reads the rows from the first on. A block stands until the next is asked for.</summary>
    /// <exception cref="DataException">The file has a fault; its place is named.</exception>
    public abstract IEnumerable<TableBlock> Blocks();

    /// <summary>The sources of examples at these places of the file; their indices, where it has no lines.</summary>
    public virtual ExampleSources Sources(int[] places) => ExampleSources.Indices;

    /// <summary>A place in the file in words, such as "data.csv, line 7".</summary>
    public virtual string InWords(int place) => $"{Path}, row {place}";

    /// <summary>A missing value, and what can be done about it.</summary>
    public DataException Lacks(int place, string column, string remedy) =>
        new($"{InWords(place)}: the value of \"{column}\" is missing; {remedy}.");

    /// <summary>Puts a text in a block's place: a number, or a word where it is none or is to be <paramref name="asWord"/>.</summary>
    protected static void Put(TableBlock block, int at, ReadOnlySpan<char> text, bool asWord)
    {
        bool isNumber = NumberText.TryParse(text, out double number);
        block.Numbers[at] = isNumber && !asWord ? number : double.NaN;
        block.Words[at] = (isNumber && !asWord) || IsMissing(text) ? null : text.ToString();
    }

    /// <summary>Whether a text stands for a missing value.</summary>
    private static bool IsMissing(ReadOnlySpan<char> text)
    {
        if (text.Length > 4)
            return false;
        foreach (string missing in Missing)
        {
            if (text.Equals(missing, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <summary>The class of a row.</summary>
    /// <exception cref="DataException">It is missing.</exception>
    protected string Class(int place, string text) => text.Length > 0
        ? text
        : throw Lacks(place, Columns.Names[Columns.Class!.Value], "fill it in, or remove the line");
}
