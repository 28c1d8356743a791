using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class ExampleFormatTests
{
    private static readonly ExampleFormat Images = new ImageFormat(2, 1);
    private static readonly ExampleFormat Table = new TableFormat([new ColumnScale("a", 0, 1)]);
    private static readonly ExampleFormat Text = new TextFormat(" a", 1);

    [Test]
    public void A_table_is_refused_by_every_likelihood_of_numbers_from_0_to_1_and_by_no_other([Each] Likelihood likelihood)
    {
        var refusal = Table.Refusal(likelihood, Binarization.None);
        if (likelihood.Description.Support == Support.RealLine)
            Assert.That(refusal, Is.Null);
        else
            Assert.That(refusal,
                Does.Contain("standardized").And.Contain("gaussian-learned").And.Contain("p-huber").And.Not.Contain("one of bernoulli"));
    }

    [Test]
    public void Text_is_categorical_and_nothing_else([Each] Likelihood likelihood) =>
        Assert.That(
            Text.Refusal(likelihood, Binarization.None),
            likelihood == Likelihood.Categorical ? Is.Null : Does.Contain("symbols").And.Contain("categorical"));

    [Test]
    public void Black_and_white_alone_is_refused_by_every_density([Each] Likelihood likelihood) =>
        Assert.That(
            Images.Refusal(likelihood, Binarization.Dynamic),
            likelihood.Description.Support is not (Support.RealLine or Support.UnitInterval) ? Is.Null
                : Does.Contain("density").And.Contain("--likelihood bernoulli"));

    [Test]
    public void What_has_no_pixels_cannot_be_binarized()
    {
        foreach (var (format, kind) in new[] { (Table, "a table"), (Text, "text") })
        {
            Assert.That(
                format.Refusal(format.DefaultLikelihood, Binarization.Static),
                Does.StartWith("--binarize draws pixels").And.Contain(kind).And.Contain("leave it out"));
        }
    }

    [Test]
    public void Gray_images_take_every_likelihood([Each] Likelihood likelihood)
    {
        var gray = new ImageSet([0, 255, 128, 7], null, 2, 1);
        Assert.That(Images.Refusal(likelihood, Binarization.None), Is.Null);
        Assert.That(
            gray.Caveat(likelihood, Binarization.None),
            likelihood == Likelihood.Bernoulli
                ? Does.StartWith("50.0 % of the pixels are gray").And.Contain("--binarize dynamic or static").And.Contain("--likelihood")
                : Is.Null);
        Assert.That(gray.Caveat(likelihood, Binarization.Static), Is.Null);
    }

    [Test]
    public void What_is_chosen_for_data_suits_it()
    {
        foreach (var format in new[] { Images, Table, Text })
            Assert.That(format.Refusal(format.DefaultLikelihood, Binarization.None), Is.Null);
    }
}
