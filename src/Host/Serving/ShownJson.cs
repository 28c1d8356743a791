using System.Text.Json.Serialization;

namespace VaeGpu.Host.Serving;

/// <summary>Examples as JSON: pixels, lines of text, or rows of a table.</summary>
/// <param name="Kind">"image", "text" or "table".</param>
/// <param name="Count">The number of examples.</param>
internal sealed record ShownJson(string Kind, int Count)
{
    /// <summary>Columns of a picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    /// <summary>Rows of a picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Height { get; init; }

    /// <summary>1 for gray pictures, 3 for red, green and blue.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Channels { get; init; }

    /// <summary>Levels from 0 to 255, shape (count, channels·height·width), in base64.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pixels { get; init; }

    /// <summary>Lines of text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Lines { get; init; }

    /// <summary>The names of a table's columns.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>The cells of the rows, in the units of the table.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<string>>? Rows { get; init; }

    /// <summary>Examples of <paramref name="format"/>, shape (count, size), as a model has them.</summary>
    public static ShownJson Of(ExampleFormat format, float[] values)
    {
        int count = values.Length / format.Size;
        if (format is TableFormat table)
        {
            var (names, rows) = RowsFile.Cells(table, values);
            return new("table", count) { Columns = names, Rows = rows };
        }
        byte[] bytes = Generation.Bytes(values);
        if (format is TextFormat text)
            return new("text", count) { Lines = Pictures.TextGrid.Of(bytes, text.Alphabet, text.Length, count).Lines };
        return new("image", count)
        {
            Width = format.Width, Height = format.Height, Channels = format.Channels, Pixels = Convert.ToBase64String(bytes),
        };
    }

    /// <summary>The same of examples of a data set.</summary>
    public static ShownJson Of(ExampleSet examples)
    {
        var values = new float[examples.Count * examples.Format.Size];
        examples.CopyTo(0, values);
        return Of(examples.Format, values);
    }
}
