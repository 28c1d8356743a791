namespace VaeGpu.Training.Data;

/// <summary>
/// What the fields of the structures in Parquet's metadata are, in the order of their numbers: v a number of variable length, y a byte,
/// d a double, b a boolean, s bytes, - unknown, a word another structure, and [ a list of what follows.
/// </summary>
/// <remarks>https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift</remarks>
internal static class ParquetLayout
{
    /// <summary>The metadata of a file.</summary>
    public const string File = "File";

    /// <summary>The header of a page.</summary>
    public const string Page = "Page";

    /// <summary>A field or structure that the format did not have when this was written.</summary>
    public const string Unknown = "-";

    private static readonly Dictionary<string, string> Fields = new()
    {
        ["File"] = "v [Element v [Group [Pair s [Order Encryption s",
        ["Element"] = "v v v s v v v v v Logical",
        ["Logical"] = "Empty Empty Empty Empty Decimal Empty Time Time - Integer Empty Empty Empty Empty Empty Variant Geometry Geography",
        ["Decimal"] = "v v",
        ["Time"] = "b Unit",
        ["Unit"] = "Empty Empty Empty",
        ["Integer"] = "y b",
        ["Variant"] = "y",
        ["Geometry"] = "s",
        ["Geography"] = "s v",
        ["Group"] = "[Column v v [Sorting v v v",
        ["Column"] = "s v Metadata v v v v Crypto s",
        ["Metadata"] = "v [v [s v v v v [Pair v v v Statistics [Encoding v v Sizes Geospatial",
        ["Statistics"] = "s s v v s s b b",
        ["Encoding"] = "v v v",
        ["Sizes"] = "v [v [v",
        ["Geospatial"] = "Box [v",
        ["Box"] = "d d d d d d d d",
        ["Sorting"] = "v b b",
        ["Pair"] = "s s",
        ["Order"] = "Empty",
        ["Encryption"] = "Cipher Cipher",
        ["Cipher"] = "s s b",
        ["Crypto"] = "Empty Key",
        ["Key"] = "[s s",
        ["Page"] = "v v v v DataPage Empty Dictionary DataPage2",
        ["DataPage"] = "v v v v Statistics",
        ["Dictionary"] = "v v b",
        ["DataPage2"] = "v v v v v v b Statistics",
        ["Empty"] = "",
    };

    private static readonly Dictionary<string, string[]> Split =
        Fields.ToDictionary(fields => fields.Key, fields => fields.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What a field of a structure is.</summary>
    public static string Of(string structure, int field) => Split[structure] is var all && field <= all.Length ? all[field - 1] : Unknown;
}
