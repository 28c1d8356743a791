using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Inference;

/// <summary>
/// Which example is which in the results of a command, as a table of comma-separated values: the number of the result from 0 on,
/// "row"; the example's source, a column called "file", "line" or "index"; the part of the run's data that it is in, "part"; and its
/// class, where there is one.
/// </summary>
public static class ExamplesFile
{
    /// <summary>Writes a line for each example of <paramref name="data"/>.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public static void Write(string path, ExampleSet data) =>
        CsvText.Write(path, Header(data), Enumerable.Range(0, data.Count).Select(i => Row(data, i)));

    /// <summary>The names of the columns.</summary>
    internal static IEnumerable<string> Header(ExampleSet data) =>
        ["row", data.Sources.Kind, "part", .. data.Labels is null ? [] : (string[])["class"]];

    /// <summary>The cells of an example.</summary>
    internal static IEnumerable<string> Row(ExampleSet data, int i) =>
    [
        i.ToString(CultureInfo.InvariantCulture), data.Sources[i], OptionName.Of(data.Sources.PartOf(i)),
        .. data.Labels is null ? [] : (string[])[data.NameOf(data.Labels[i])],
    ];
}
