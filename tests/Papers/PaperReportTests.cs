using VaeGpu.Training.Papers;

namespace VaeGpu.Tests.Papers;

/// <summary>When a result counts as reproduced.</summary>
public sealed class PaperReportTests
{
    private static readonly PaperFigure Level = new("level", 0, 100) { Tolerance = 2 };
    private static readonly PaperFigure Trend = new("trend", 0, 1.2) { Least = 0 };
    private static readonly PaperFigure Shown = new("shown", 7, 9);

    [TestCase(100, true)]
    [TestCase(102, true)]
    [TestCase(98, true)]
    [TestCase(102.01, false)]
    [TestCase(97.99, false)]
    [TestCase(double.NaN, false)]
    public void A_level_holds_within_its_tolerance(double measured, bool holds) =>
        Assert.That((Level with { Measured = measured }).Holds, Is.EqualTo(holds));

    [TestCase(0, true)]
    [TestCase(5, true)]
    [TestCase(-0.01, false)]
    [TestCase(double.NaN, false)]
    public void A_trend_holds_from_its_least_value_on(double measured, bool holds) =>
        Assert.That((Trend with { Measured = measured }).Holds, Is.EqualTo(holds));

    [Test]
    public void A_verdict_is_that_of_all_figures_that_are_compared()
    {
        PaperFigure inside = Level with { Measured = 99 }, outside = Level with { Measured = 90 }, against = Trend with { Measured = -1 };
        Assert.Multiple(() =>
        {
            Assert.That(PaperReport.Of([inside, Trend, Shown]), Is.EqualTo(PaperVerdict.Reproduced));
            Assert.That(PaperReport.Of([inside, outside]), Is.EqualTo(PaperVerdict.NotReproduced));
            Assert.That(PaperReport.Of([inside, against]), Is.EqualTo(PaperVerdict.NotReproduced));
            Assert.That(PaperReport.Of([Trend, Shown]), Is.EqualTo(PaperVerdict.TrendOnly));
            Assert.That(PaperReport.Of([Shown]), Is.EqualTo(PaperVerdict.NotReproduced), "Nothing is compared.");
        });
    }
}
