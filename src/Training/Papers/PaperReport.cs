using System.Text.Json.Serialization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Papers;

/// <summary>What came of reproducing a <see cref="Paper"/>.</summary>
public sealed record PaperReport
{
    /// <summary>The result's name.</summary>
    public required string Name { get; init; }

    /// <inheritdoc cref="Paper.Title"/>
    public required string Title { get; init; }

    /// <inheritdoc cref="Paper.Source"/>
    public required string Source { get; init; }

    /// <inheritdoc cref="Paper.Differences"/>
    public required IReadOnlyList<string> Differences { get; init; }

    /// <inheritdoc cref="Paper.Tolerance"/>
    public required string Tolerance { get; init; }

    /// <summary>"full" or "short"; null where there is one form only.</summary>
    public required string? Form { get; init; }

    /// <summary>The data, in words.</summary>
    public required string Data { get; init; }

    /// <summary>Whether the data have MNIST's sizes: published figures are of MNIST.</summary>
    public required bool IsOfMnist { get; init; }

    /// <summary>The device.</summary>
    public required string Device { get; init; }

    /// <summary>The day, UTC, as 2026-01-31.</summary>
    public required string Date { get; init; }

    /// <summary>The time it took, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The figures.</summary>
    public required IReadOnlyList<PaperFigure> Figures { get; init; }

    /// <summary>The folders of the runs that were trained.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>Pictures of models that are not saved as runs.</summary>
    [JsonIgnore]
    public IReadOnlyList<PaperPicture> Pictures { get; init; } = [];

    /// <summary>What the figures say together.</summary>
    public PaperVerdict Verdict => Of(Figures);

    /// <summary>
    /// Not reproduced where a figure does not hold, or none is compared; a trend alone where no level is compared; else reproduced.
    /// </summary>
    public static PaperVerdict Of(IReadOnlyList<PaperFigure> figures) =>
        figures.Any(figure => figure.Holds is false) || figures.All(figure => figure.Holds is null) ? PaperVerdict.NotReproduced
            : figures.Any(figure => figure.Tolerance is not null) ? PaperVerdict.Reproduced
            : PaperVerdict.TrendOnly;
}

/// <summary>Whether a result was reproduced.</summary>
[JsonConverter(typeof(KebabCaseEnum<PaperVerdict>))]
public enum PaperVerdict
{
    /// <summary>Every figure lies within its tolerance.</summary>
    Reproduced,
    /// <summary>The trend holds; levels are not comparable.</summary>
    TrendOnly,
    /// <summary>A figure lies outside its tolerance.</summary>
    NotReproduced,
}

/// <summary>Images of one size in rows.</summary>
/// <param name="Name">What the file is called, without an extension.</param>
/// <param name="Pixels">Gray levels, (count, height·width).</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Columns">Images in a row.</param>
public sealed record PaperPicture(string Name, byte[] Pixels, int Width, int Height, int Columns);
