using VaeGpu.Training.Evaluation;

namespace VaeGpu.Tests.Objectives;

public sealed class WeightTailTests
{
    [TestCase(0.3)]
    [TestCase(0.7)]
    [TestCase(1.2)]
    public void The_shape_of_weights_of_a_Pareto_law_is_found(double shape)
    {
        // Quantiles of the law P(w > t) = t^(−1/k), so that chance plays no part; w's scale is of no account.
        const int Draws = 20_000;
        var tail = new WeightTail(Draws);
        for (var i = 0; i < Draws; i++)
            tail.Add((float)(-shape * Math.Log((i * 7919 % Draws + 0.5) / Draws) - 300));
        Assert.That(tail.Shape(), Is.EqualTo(shape).Within(0.04));
    }

    [Test]
    public void Weights_that_are_bounded_have_a_light_tail_and_equal_ones_have_none()
    {
        WeightTail bounded = new(1000), equal = new(1000);
        for (var i = 0; i < 1000; i++)
        {
            bounded.Add(MathF.Log((i + 0.5f) / 1000));
            equal.Add(-80);
        }
        Assert.That(bounded.Shape(), Is.LessThan(-0.5), "uniform weights have k = −1");
        Assert.That(equal.Shape(), Is.Zero);
    }

    [Test]
    public void The_limit_grows_with_the_draws_up_to_seven_tenths()
    {
        Assert.That(WeightTail.Limit(100), Is.EqualTo(0.5).Within(1e-12));
        Assert.That(WeightTail.Limit(1_000_000), Is.EqualTo(0.7));
    }
}
