using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Inference;

/// <summary>One kind of score: its mean, and, where some classes are anomalous, how well it tells them from the others.</summary>
public sealed record AnomalyArea(string Name, double Mean, double? Auroc, double? Auprc);

/// <summary>An example with a high score: its source, the part of the run's data that it is in, and the score.</summary>
public sealed record StrangeExample(string Source, string Part, double Score);

/// <summary>The scores of a data set in short, and the table that they are in.</summary>
public sealed record AnomalySummary(string File, IReadOnlyList<AnomalyArea> Scores)
{
    /// <summary>The examples of the highest scores.</summary>
    public IReadOnlyList<StrangeExample> Strangest { get; init; } = [];
}

/// <summary>The scores of a data set.</summary>
public sealed class AnomalyReport
{
    private readonly (string Name, Func<ExampleScore, double> Value)[] kinds;
    private readonly (string Name, Func<ExampleScore, double> Value) ranked;
    private readonly ExampleSet data;
    private readonly ExampleScore[] scores;
    private readonly bool[]? anomalous;

    /// <summary>
    /// Looks the classes up whose examples are anomalous; none where there is nothing to compare with. A model without a likelihood is
    /// given by <paramref name="hasLikelihood"/>.
    /// </summary>
    /// <exception cref="DataException">The data has no labels, no such class, or no example of one of the two kinds.</exception>
    public AnomalyReport(ExampleSet data, ExampleScore[] scores, IReadOnlyList<string> anomalousClasses, bool hasLikelihood = true)
    {
        (this.data, this.scores) = (data, scores);
        // A loss without a distribution bounds no log p(x).
        kinds =
        [
            (hasLikelihood ? "negative_elbo" : "loss", score => score.NegativeElbo),
            ("reconstruction", score => score.Reconstruction),
            ("kl", score => score.Kl),
            ("negative_log_p", score => score.NegativeLogLikelihood),
        ];
        if (!hasLikelihood)
            kinds = kinds[..^1];
        ranked = kinds[hasLikelihood ? ^1 : 0];
        anomalous = anomalousClasses.Count == 0 ? null : Flags(data, anomalousClasses);
    }

    /// <summary>A summary for each kind of score.</summary>
    public IReadOnlyList<AnomalyArea> Areas => [.. kinds.Select(kind =>
    {
        var values = Array.ConvertAll(scores, score => kind.Value(score));
        return new AnomalyArea(
            kind.Name, values.Average(), anomalous is null ? null : Ranking.Auroc(values, anomalous),
            anomalous is null ? null : Ranking.Auprc(values, anomalous));
    })];

    /// <summary>The name of the score that <see cref="Strangest"/> uses: negative_log_p, or the loss without a likelihood.</summary>
    public string Ranked => ranked.Name;

    /// <summary>The examples of the highest scores, the highest first; equal ones in their order.</summary>
    public IReadOnlyList<StrangeExample> Strangest(int count) =>
    [
        .. Highest(count).Select(one => new StrangeExample(
            data.Sources[one.Example], OptionName.Of(data.Sources.PartOf(one.Example)), one.Score)),
    ];

    /// <summary>The numbers of the examples of <see cref="Strangest"/>, and their scores.</summary>
    public IEnumerable<(int Example, double Score)> Highest(int count) =>
        scores.Select((score, i) => (Example: i, Score: ranked.Value(score))).OrderByDescending(one => one.Score).Take(count);

    /// <summary>Throws where the classes cannot be told apart, before anything is computed.</summary>
    /// <exception cref="DataException">As the constructor.</exception>
    public static void Check(ExampleSet data, IReadOnlyList<string> anomalousClasses)
    {
        if (anomalousClasses.Count > 0)
            Flags(data, anomalousClasses);
    }

    /// <summary>Writes a row for each example, in nats where there is a likelihood.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public void Write(string path) => CsvText.Write(
        path,
        [
            .. ExamplesFile.Header(data),
            .. anomalous is null ? [] : (string[])["anomalous"],
            .. kinds.Select(kind => kind.Name),
        ],
        scores.Select(Row));

    private IEnumerable<string> Row(ExampleScore score, int i) =>
    [
        .. ExamplesFile.Row(data, i),
        .. anomalous is null ? [] : (string[])[anomalous[i] ? "1" : "0"],
        .. kinds.Select(kind => kind.Value(score).ToString("G9", CultureInfo.InvariantCulture)),
    ];

    private static bool[] Flags(ExampleSet data, IReadOnlyList<string> classes)
    {
        if (data.Labels is null)
            throw new DataException("The data has no labels, so no class can be anomalous; leave --anomalous out, or add the label files.");
        var names = data.Labels.Distinct().Order().ToDictionary(data.NameOf);
        if (classes.FirstOrDefault(name => !names.ContainsKey(name)) is { } unknown)
            throw new DataException($"The data has no class \"{unknown}\"; its classes are {string.Join(", ", names.Keys)}.");
        var wanted = classes.Select(name => names[name]).ToHashSet();
        if (wanted.Count == names.Count)
            throw new DataException("All classes of the data are anomalous; leave some out, to compare with.");
        return Array.ConvertAll(data.Labels, wanted.Contains);
    }
}
