using System.Globalization;
using System.Xml.Linq;
using VaeGpu.Host.Pictures;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Pictures;

public sealed class LossChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly EpochLoss[] Run =
    [
        .. Enumerable.Range(1, 10).Select(epoch =>
            new EpochLoss(epoch, 100 + 90.0 / epoch, 102 + 80.0 / epoch, 78 + 70.0 / epoch, 25 - 5.0 / epoch)),
    ];

    [Test]
    public void A_chart_has_title_axes_units_legend_and_four_lines()
    {
        var svg = Chart("mnist", Run);
        var texts = svg.Descendants(Svg + "text").Select(text => text.Value).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(texts, Is.SupersetOf(new[] { "mnist", "train", "test", "reconstruction", "KL" }));
            Assert.That(texts.Count(text => text == "epoch"), Is.EqualTo(2));
            Assert.That(texts.Count(text => text == "nats per example"), Is.EqualTo(2));
            Assert.That(texts, Is.SupersetOf(new[] { "120", "140", "160", "180", "2", "4", "6", "8", "10" }));
            Assert.That(Lines(svg).Count, Is.EqualTo(4));
            Assert.That(Lines(svg).Select(line => line.Count), Is.All.EqualTo(10));
        });
    }

    [Test]
    public void Losses_that_fall_are_drawn_falling_from_left_to_right()
    {
        var train = Lines(Chart("run", Run))[0];
        Assert.That(train.Select(point => point.X), Is.Ordered.Ascending);
        Assert.That(train.Select(point => point.Y), Is.Ordered.Ascending);
    }

    [Test]
    public void Every_point_is_in_its_panel()
    {
        var points = Lines(Chart("run", Run)).SelectMany(line => line).ToList();
        Assert.That(points.Select(point => point.X), Is.All.InRange(40, 1035));
        Assert.That(points.Select(point => point.Y), Is.All.InRange(20, 390));
    }

    [Test]
    public void One_epoch_is_drawn_as_dots()
    {
        var svg = Chart("one", Run[..1]);
        Assert.That(Lines(svg), Is.Empty);
        Assert.That(svg.Descendants(Svg + "ellipse").Count(), Is.EqualTo(4));
    }

    [Test]
    public void A_value_that_is_no_number_is_a_gap()
    {
        var epochs = Run.ToArray();
        epochs[4] = epochs[4] with { Train = double.NaN };
        epochs[7] = epochs[7] with { Test = double.PositiveInfinity };
        var svg = Chart("gaps", epochs);
        Assert.That(Lines(svg).Select(line => line.Count), Is.EqualTo(new[] { 4, 5, 7, 2, 10, 10 }));
        Assert.That(svg.ToString(), Does.Not.Contain("NaN").And.Not.Contain("Infinity").And.Not.Contain("∞"));
    }

    [Test]
    public void A_number_between_two_gaps_is_a_dot_even_on_a_long_line()
    {
        var epochs = Enumerable.Range(1, 1000).Select(epoch => new EpochLoss(epoch, epoch == 500 ? 1 : double.NaN, 1, 1, 1)).ToArray();
        Assert.That(Chart("dot", epochs).Descendants(Svg + "ellipse").Count(), Is.EqualTo(1));
    }

    [TestCase(double.NaN, double.NaN)]
    [TestCase(0, 0)]
    [TestCase(-3, -3)]
    [TestCase(1e-9, 2e-9)]
    [TestCase(1e10, 1e10 + 1e-5)]
    [TestCase(-3.4e38, 3.4e38)]
    [TestCase(double.MinValue, double.MaxValue)]
    [TestCase(99.99999, 100.00001)]
    public void Any_range_has_a_few_ticks_and_only_finite_numbers(double first, double second)
    {
        var svg = Chart("range", [new EpochLoss(1, first, first, first, first), new EpochLoss(2, second, second, second, second)]);
        Assert.That(svg.ToString(), Does.Not.Contain("NaN").And.Not.Contain("Infinity"));
        Assert.That(svg.Descendants(Svg + "text").Count(), Is.InRange(15, 45));
    }

    [TestCase(0, 1)]
    [TestCase(1, 7)]
    [TestCase(1, 100_000)]
    [TestCase(-5, int.MaxValue)]
    public void Epochs_are_ticked_at_whole_numbers(int first, int last)
    {
        var svg = Chart("epochs", [Run[0] with { Epoch = first }, Run[1] with { Epoch = last }]);
        var ticks = svg.Descendants(Svg + "text").Where(text => (string?)text.Attribute("text-anchor") == "middle")
            .Select(text => text.Value).Where(text => text is not ("epoch" or "nats per example")).ToList();
        Assert.That(ticks, Has.Count.InRange(4, 20));
        Assert.That(ticks, Is.All.Not.Contain(".").Or.Contain("e+"));
    }

    [Test]
    public void A_title_may_hold_any_character()
    {
        var svg = Chart("a <b> & \"c\"\u0001 ∣ 😀 \uD800", Run);
        Assert.That(svg.Descendants(Svg + "text").Select(text => text.Value), Has.Member("a <b> & \"c\" ∣ 😀 \uFFFD"));
    }

    [Test]
    public void Other_cultures_change_nothing()
    {
        var before = Chart("run", Run).ToString();
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NegativeSign) = (",", "~");
            CultureInfo.CurrentCulture = comma;
            Assert.That(Chart("run", Run).ToString(), Is.EqualTo(before));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Test]
    public void No_epochs_or_epochs_out_of_order_are_refused()
    {
        Assert.That(() => LossChart.Write("x.svg", "", "nats", []), Throws.ArgumentException);
        Assert.That(() => LossChart.Write("x.svg", "", "nats", [Run[1], Run[0]]), Throws.ArgumentException);
        Assert.That(() => LossChart.Write("x.svg", "", "nats", [Run[0], Run[0]]), Throws.ArgumentException);
    }

    private static XElement Chart(string title, EpochLoss[] epochs)
    {
        using var folder = new ScratchFolder();
        LossChart.Write(folder["loss chart.svg"], title, "nats per example", epochs);
        return XDocument.Load(folder["loss chart.svg"]).Root!;
    }

    /// <summary>The lines of the panels; those of the legend are level.</summary>
    private static List<List<(double X, double Y)>> Lines(XElement svg) =>
    [
        .. svg.Descendants(Svg + "polyline").Where(line => line.Attribute("style")!.Value.Contains("stroke-width:2"))
            .Select(line => line.Attribute("points")!.Value.Split(' ')
                .Select(point => point.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray())
                .Select(point => (point[0], point[1])).ToList())
            .Where(line => line[0].Item2 != line[^1].Item2),
    ];
}
