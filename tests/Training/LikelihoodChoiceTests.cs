using VaeGpu.Kernels;
using VaeGpu.Training;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Training;

public sealed class LikelihoodChoiceTests
{
    private static readonly Likelihood[] OfTables =
    [
        Likelihood.Gaussian, Likelihood.GaussianLearned, Likelihood.GaussianShared, Likelihood.GaussianOptimal, Likelihood.Laplace,
        Likelihood.LaplaceLearned, Likelihood.Mixture, Likelihood.Huber, Likelihood.PHuber,
    ];

    private static readonly Likelihood[] OfBlackAndWhite =
        [Likelihood.Bernoulli, Likelihood.Categorical, Likelihood.LogisticMixture, Likelihood.Hybrid];

    private static readonly DataSplit Images = Split(new ImageSet([0, 255, 128, 7], null, 2, 1));
    private static readonly DataSplit Table = Split(new ImageSet([0.5f, -2f], null, 1)) with { Columns = [new ColumnScale("a", 0, 1)] };
    private static readonly DataSplit Text = Split(new ImageSet([0, 1], null, 1, 1)) with { Alphabet = " a" };

    [Test]
    public void A_table_is_refused_by_every_law_of_numbers_from_0_to_1_and_by_no_other([Values] Likelihood likelihood)
    {
        var refusal = LikelihoodChoice.Refusal(likelihood, Table, Binarization.None);
        if (OfTables.Contains(likelihood))
            Assert.That(refusal, Is.Null);
        else
            Assert.That(refusal,
                Does.Contain("standardised").And.Contain("gaussian-learned").And.Contain("p-huber").And.Not.Contain("one of bernoulli"));
    }

    [Test]
    public void Text_is_categorical_and_nothing_else([Values] Likelihood likelihood) =>
        Assert.That(
            LikelihoodChoice.Refusal(likelihood, Text, Binarization.None),
            likelihood is Likelihood.Categorical ? Is.Null : Does.Contain("symbols").And.Contain("categorical"));

    [Test]
    public void Black_and_white_alone_is_refused_by_every_density([Values] Likelihood likelihood) =>
        Assert.That(
            LikelihoodChoice.Refusal(likelihood, Images, Binarization.Dynamic),
            OfBlackAndWhite.Contains(likelihood) ? Is.Null : Does.Contain("density").And.Contain("--likelihood bernoulli"));

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
    public void Grey_images_take_every_law([Values] Likelihood likelihood)
    {
        Assert.That(LikelihoodChoice.Refusal(likelihood, Images, Binarization.None), Is.Null);
        Assert.That(
            LikelihoodChoice.Warning(likelihood, Images, Binarization.None),
            likelihood is Likelihood.Bernoulli
                ? Does.StartWith("50.0 % of the pixels are grey").And.Contain("--binarize dynamic or static").And.Contain("--likelihood")
                : Is.Null);
        Assert.That(LikelihoodChoice.Warning(likelihood, Images, Binarization.Static), Is.Null);
    }

    [Test]
    public void What_is_chosen_for_data_suits_it()
    {
        foreach (var data in new[] { Images, Table, Text })
            Assert.That(LikelihoodChoice.Refusal(LikelihoodChoice.For(data), data, Binarization.None), Is.Null);
    }

    private static DataSplit Split(ImageSet set) => new("some", set, set);
}
