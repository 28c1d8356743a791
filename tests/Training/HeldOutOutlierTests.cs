using System.Text;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Data;
using VaeGpu.Training.Evaluation;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

public sealed class HeldOutOutlierTests
{
    [TestCase(-3, -2, 60, true)]
    [TestCase(-3, -4, 60, false, Description = "the training loss rises")]
    [TestCase(30, 31, 49, false, Description = "less than ten nats per dimension")]
    public void A_loss_explodes_where_it_leaves_a_falling_training_loss(double train, double before, double test, bool explodes)
    {
        var now = new EpochMetrics(2, 1, new LossTerms(train, 0), new LossTerms(test, 0));
        var earlier = new EpochMetrics(1, 1, new LossTerms(before, 0), new LossTerms(before, 0));
        Assert.That(HeldOutOutliers.Explode(now, earlier, dimensions: 2), Is.EqualTo(explodes));
    }

    [Test]
    public void The_cause_is_a_column_that_is_constant_in_training_alone()
    {
        float[] train = [1, 7, 2, 7, 3, 7], test = [2, 7, 3, 8];
        Assert.That(
            HeldOutOutliers.Cause(Split(train, test)),
            Does.StartWith("column \"column 1\" is constant in the data to train on and another value in held-out index 1"));
    }

    [Test]
    public void The_cause_is_the_value_that_is_farthest_from_the_mean()
    {
        // Mean 2 and deviation √(2/3) of column 0, mean 0 and deviation 1 of column 1.
        float[] train = [1, -1, 2, 1, 3, -1, 1, 1, 2, -1, 3, 1], test = [2, 15, 42, 1];
        Assert.That(
            HeldOutOutliers.Cause(Split(train, test)),
            Does.StartWith("column \"column 0\" of held-out index 1 lies 49 standard deviations from the mean"));
        Assert.That(HeldOutOutliers.Cause(Split(train, train)), Does.StartWith("the variance that the model learned"));
    }

    [Test]
    public void Codes_of_categories_are_no_outliers()
    {
        var format = new TableFormat([new ColumnScale("a", 0, 1)], [new ColumnCategories("b", ["x", "y"], 0)]);
        var data = new DataSplit("a", new TableSet([-1, 0, 1, 0], null, format), new TableSet([1, 1], null, format));
        Assert.That(HeldOutOutliers.Cause(data), Does.StartWith("the variance that the model learned"));
    }

    [Test]
    public void The_cause_in_text_is_a_character_that_is_new_in_its_place()
    {
        TextSet Lines(params byte[] symbols) => new(symbols, null, " ab\U0001F600", 2);
        var train = Lines(1, 2, 1, 1);
        Assert.That(
            HeldOutOutliers.Cause(new DataSplit("a", train, Lines(1, 1, 1, 3))),
            Is.EqualTo("\"\U0001F600\" is character 2 of held-out index 1 and of no line to train on; use more data, or a smaller model"));
        Assert.That(
            HeldOutOutliers.Cause(new DataSplit("a", train, Lines(2, 1))), Does.StartWith("\"b\" is character 1 of held-out index 0"));
        Assert.That(HeldOutOutliers.Cause(new DataSplit("a", train, train)),
            Does.StartWith("the model fits the lines to train on too closely"));
    }

    [Test]
    public void Training_warns_once_of_an_outlier_that_is_held_out()
    {
        using var folder = new ScratchFolder();
        string[] rows = [.. Enumerable.Range(0, 140).Select(i => FormattableString.Invariant($"{i % 7},{i * i % 11}"))];
        folder.Put("t.csv", Encoding.UTF8.GetBytes("a,b\n" + string.Join('\n', rows)));
        int line = int.Parse(DataSource.Load(folder["t.csv"], 1, 1).Test.Sources[4]);
        rows[line - 2] = "5000,1";
        folder.Put("t.csv", Encoding.UTF8.GetBytes("a,b\n" + string.Join('\n', rows)));
        var call = Call.Of(
            "train", "--data", folder["t.csv"], "--out", folder["run"], "--hidden", "8", "--latent", "1", "--epochs", "4",
            "--device", "cpu", "--threads", "1");
        Assert.That(call.ExitCode, Is.EqualTo(VaeGpu.Host.ExitCode.Done));
        Assert.That(call.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(call.Error, Does.StartWith("warning: the test loss is ").And.Contain("while the training loss falls")
            .And.Contain($"column \"a\" of held-out line {line} lies"));
    }

    private static DataSplit Split(float[] train, float[] test) => new("a", new TableSet(train, null, 2), new TableSet(test, null, 2));
}
