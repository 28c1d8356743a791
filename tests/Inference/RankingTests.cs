using VaeGpu.Training.Inference;


namespace VaeGpu.Tests.Inference;

public sealed class RankingTests
{
    private static readonly double[] Scores = [0.1, 0.4, 0.35, 0.8];
    private static readonly bool[] Anomalous = [false, false, true, true];

    [Test]
    public void Areas_are_those_of_the_textbook_example()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Ranking.Auroc(Scores, Anomalous), Is.EqualTo(0.75).Within(1e-12));
            Assert.That(Ranking.Auprc(Scores, Anomalous), Is.EqualTo(0.5 + 0.5 * 2 / 3).Within(1e-12));
        });
    }

    [Test]
    public void Equal_scores_tell_nothing()
    {
        bool[] flags = [true, false, false, false];
        Assert.Multiple(() =>
        {
            Assert.That(Ranking.Auroc(new double[4], flags), Is.EqualTo(0.5));
            Assert.That(Ranking.Auprc(new double[4], flags), Is.EqualTo(0.25));
        });
    }

    [Test]
    public void Auroc_is_the_share_of_pairs_in_order_ties_counting_half()
    {
        var random = new Random(3);
        for (var round = 0; round < 20; round++)
        {
            var scores = Enumerable.Range(0, 60).Select(_ => (double)random.Next(12)).ToArray();
            var flags = Enumerable.Range(0, 60).Select(i => i == 0 || (i != 1 && random.Next(3) == 0)).ToArray();
            var pairs =
                from i in Enumerable.Range(0, 60)
                from j in Enumerable.Range(0, 60)
                where flags[i] && !flags[j]
                select scores[i] > scores[j] ? 1.0 : scores[i] == scores[j] ? 0.5 : 0;
            Assert.That(Ranking.Auroc(scores, flags), Is.EqualTo(pairs.Average()).Within(1e-12));
        }
    }

    [Test]
    public void Auprc_is_the_sum_over_the_thresholds_by_counting()
    {
        const int seed = 5;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            var scores = Enumerable.Range(0, 60).Select(_ => (double)random.Next(12)).ToArray();
            var flags = Enumerable.Range(0, 60).Select(i => i == 0 || (i != 1 && random.Next(3) == 0)).ToArray();
            double area = 0, recall = 0;
            foreach (var threshold in scores.Distinct().OrderDescending())
            {
                double called = scores.Count(score => score >= threshold),
                    found = scores.Zip(flags).Count(one => one.First >= threshold && one.Second);
                area += (found / flags.Count(flag => flag) - recall) * (found / called);
                recall = found / flags.Count(flag => flag);
            }
            Assert.That(Ranking.Auprc(scores, flags), Is.EqualTo(area).Within(1e-12));
            Assert.That(Ranking.Auprc([.. scores.Reverse()], [.. flags.Reverse()]), Is.EqualTo(area).Within(1e-12));
        }
    }

    [Test]
    public void One_kind_alone_has_no_area()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Ranking.Auroc([1, 2], [true, true]), Is.NaN);
            Assert.That(Ranking.Auprc([1, 2], [false, false]), Is.NaN);
            Assert.That(() => Ranking.Auroc([1, 2], [true]), Throws.ArgumentException);
        });
    }
}
