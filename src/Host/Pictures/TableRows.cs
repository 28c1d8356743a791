namespace VaeGpu.Host.Pictures;

/// <summary>Rows of a table, in its own units.</summary>
/// <param name="Format">The columns.</param>
/// <param name="Examples">The rows.</param>
/// <param name="Classes">What the labels are called, where they have names.</param>
/// <param name="Steps">Rows that belong together.</param>
internal sealed record TableRows(TableFormat Format, ShownExamples Examples, IReadOnlyList<string>? Classes, int Steps) : IShown
{
    public void Write(string path) => RowsFile.Write(path, Format, Examples.Values, Examples.Labels?.Select(NameOf).ToArray(), Steps);

    private string NameOf(byte label) => Classes is { } names ? names[label] : label.ToString(CultureInfo.InvariantCulture);
}
