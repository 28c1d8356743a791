using VaeGpu.Training.Data;

namespace VaeGpu.Training.Papers;

/// <summary>
/// Pyro's tutorial on the conditional VAE: from one, two or three quadrants of a digit to the rest, beside a deterministic network.
/// </summary>
/// <remarks>The condition is pixels, which no run has: the models are trained here, and leave a picture.</remarks>
internal sealed class ConditionalQuadrants() : Paper("conditional-quadrants")
{
    private const int MostEpochs = 50, FewEpochs = 25, Patience = 3, Shown = 10, Draws = 5;

    /// <summary>The share of a published figure that a figure may lie away from it.</summary>
    private const double Allowed = 0.07;

    /// <summary>The tutorial's table, for 1, 2 and 3 given quadrants.</summary>
    private static readonly (double Baseline, double Vae)[] Published = [(100.4, 71.8), (61.9, 51.0), (25.4, 24.2)];

    public override string Title => "quadrants of digits from other quadrants: a conditional VAE beside a deterministic network";

    public override string Source =>
        "Pyro's tutorial \"Conditional Variational Auto-encoder\", pyro.ai/examples/cvae.html, after Sohn, Lee and "
        + "Yan 2015: negative conditional log-likelihoods of held-out MNIST, for the VAE the negative ELBO";

    public override IReadOnlyList<string> Differences =>
    [
        "The baseline reads the given pixels alone, and not −1 in place of the others.",
        "Networks give log σ² instead of log σ; the KL term is in closed form; one draw for each digit instead of ten.",
        "Short form: one given quadrant, and at most 25 epochs instead of 50.",
    ];

    public override string Tolerance =>
        "7 % of the published figure: after how many epochs the tutorial's early stop came is not said, and from epoch 13 to epoch 30 the "
        + "VAE's figure falls by 4 %";

    public override string Time => "3 minutes; the full form 10";

    public override string Full => "one, two and three given quadrants, and up to 50 epochs";

    private protected override IEnumerable<PaperFigure> Measure(Reproduction work)
    {
        foreach (var (quadrants, (baseline, vae)) in Published.Take(work.IsFull ? 3 : 1).Index())
        {
            foreach (PaperFigure figure in Compare(work, quadrants + 1, baseline, vae))
                yield return figure;
        }
    }

    private static PaperFigure[] Compare(Reproduction work, int count, double publishedBaseline, double publishedVae)
    {
        var (train, test) = (new Quadrants((ImageSet)work.Data.Train, count), new Quadrants((ImageSet)work.Data.Test, count));
        using var baseline = new QuadrantBaseline(work.Accelerator, train);
        string which = count == 1 ? "1 quadrant" : FormattableString.Invariant($"{count} quadrants");
        (int, int) until = (work.IsFull ? MostEpochs : FewEpochs, Patience);
        double reached = baseline.Train($"network, {which}", train, test, until, work);
        using var vae = new QuadrantVae(work.Accelerator, train, baseline);
        double reachedVae = vae.Train($"VAE, {which}", train, test, until, work);
        work.Pictures.Add(Picture(work, count, test, baseline, vae));
        return
        [
            new($"−log p, network, {which}", reached, publishedBaseline) { Tolerance = Allowed * publishedBaseline },
            new($"−ELBO, VAE, {which}", reachedVae, publishedVae) { Tolerance = Allowed * publishedVae },
            new($"network − VAE, {which}", reached - reachedVae, publishedBaseline - publishedVae) { Least = 0 },
        ];
    }

    /// <summary>In rows: what is given, the digits, the network's prediction, and draws of the VAE.</summary>
    private static PaperPicture Picture(Reproduction work, int count, Quadrants images, QuadrantBaseline baseline, QuadrantVae vae)
    {
        int[] rows = [.. Enumerable.Range(0, Math.Min(Shown, images.Count))];
        var truth = new float[rows.Length * images.Missing.Length];
        images.CopyTo(truth, rows, images.Missing);
        IEnumerable<float[]?> shown = [null, truth, baseline.Predictions(images, rows), .. vae.Complete(images, rows, Draws)];
        return new(
            FormattableString.Invariant($"quadrants-{count}"), [.. shown.SelectMany(missing => images.Completed(rows, missing))],
            work.Data.Format.Width, work.Data.Format.Height, rows.Length);
    }
}
