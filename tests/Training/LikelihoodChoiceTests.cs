using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Training;

public sealed class LikelihoodChoiceTests
{
    private static readonly DataSplit Images = Split(new ImageSet([0, 255, 128, 7], null, 2, 1));
    private static readonly DataSplit Table = Split(new ImageSet([0.5f, -2f], null, 1)) with { Columns = [new ColumnScale("a", 0, 1)] };
    private static readonly DataSplit Text = Split(new ImageSet([0, 1], null, 1, 1)) with { Alphabet = " a" };

    [Test]
    public void A_table_is_refused_by_every_likelihood_of_numbers_from_0_to_1_and_by_no_other([Each] Likelihood likelihood)
    {
        var refusal = LikelihoodChoice.Refusal(likelihood, Table, Binarization.None);
        if (likelihood.Description.Support == Support.RealLine)
            Assert.That(refusal, Is.Null);
        else
            Assert.That(refusal,
                Does.Contain("standardized").And.Contain("gaussian-learned").And.Contain("p-huber").And.Not.Contain("one of bernoulli"));
    }

    [Test]
    public void Text_is_categorical_and_nothing_else([Each] Likelihood likelihood) =>
        Assert.That(
            LikelihoodChoice.Refusal(likelihood, Text, Binarization.None),
            likelihood == Likelihood.Categorical ? Is.Null : Does.Contain("symbols").And.Contain("categorical"));

    [Test]
    public void Black_and_white_alone_is_refused_by_every_density([Each] Likelihood likelihood) =>
        Assert.That(
            LikelihoodChoice.Refusal(likelihood, Images, Binarization.Dynamic),
            likelihood.Description.Support is not (Support.RealLine or Support.UnitInterval) ? Is.Null : Does.Contain("density").And.Contain("--likelihood bernoulli"));

    [Test]
    public void What_has_no_pixels_cannot_be_binarized()
    {
        foreach (var (data, kind) in new[] { (Table, "a table"), (Text, "text") })
        {
            Assert.That(
                LikelihoodChoice.Refusal(LikelihoodChoice.For(data), data, Binarization.Static),
                Does.StartWith("--binarize draws pixels").And.Contain(kind).And.Contain("leave it out"));
        }
    }

    [Test]
    public void Gray_images_take_every_likelihood([Each] Likelihood likelihood)
    {
        Assert.That(LikelihoodChoice.Refusal(likelihood, Images, Binarization.None), Is.Null);
        Assert.That(
            LikelihoodChoice.Caveat(likelihood, Images, Binarization.None),
            likelihood == Likelihood.Bernoulli
                ? Does.StartWith("50.0 % of the pixels are gray").And.Contain("--binarize dynamic or static").And.Contain("--likelihood")
                : Is.Null);
        Assert.That(LikelihoodChoice.Caveat(likelihood, Images, Binarization.Static), Is.Null);
    }

    [Test]
    public void What_is_chosen_for_data_suits_it()
    {
        foreach (var data in new[] { Images, Table, Text })
            Assert.That(LikelihoodChoice.Refusal(LikelihoodChoice.For(data), data, Binarization.None), Is.Null);
    }

    private static DataSplit Split(ImageSet set) => new("some", set, set);
}
