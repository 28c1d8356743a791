using VaeGpu.Kernels.Numerics;

namespace VaeGpu.Tests.Numerics;

/// <summary>A function of <c>Numerics</c>, its reference in double precision, its domain and the error bound that it states.</summary>
public sealed record NumericFunction(string Name, Func<float, float> Value, Func<double, double> Reference, float From, float To,
    double Bound)
{
    public override string ToString() => Name;
}

[Parallelizable(ParallelScope.Self)]
public class FunctionTests
{
    private const int Stride = 499;

    private static readonly NumericFunction[] Functions =
    [
        new("exp", Exponential.Exp, Math.Exp, -110, 89, 1.1),
        new("expm1", Exponential.Expm1, Reference.Expm1, -30, 89, 1.5),
        new("log", Logarithm.Log, Math.Log, 0, float.MaxValue, 1.0),
        new("log1p", Logarithm.Log1p, Reference.Log1p, -1, float.MaxValue, 1.6),
        new("sigmoid", Sigmoids.Sigmoid, x => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)), -110, 110, 2.5),
        new("softplus", Sigmoids.Softplus, x => Math.Max(x, 0) + Reference.Log1p(Math.Exp(-Math.Abs(x))), -110, float.MaxValue, 2.5),
        new("tanh", Sigmoids.Tanh, Math.Tanh, -30, 30, 3.0),
        new("erf", ErrorFunction.Erf, Reference.Erf, -6, 6, 1.5),
        new("sin 2πu", Turns.Sin, u => Math.Sin(2 * Math.PI * u), 0, 0.49999f, 2.0),
        new("cos 2πu", Turns.Cos, u => Math.Cos(2 * Math.PI * u), -0.2499f, 0.2499f, 2.0),
    ];

    [TestCaseSource(nameof(Functions))]
    public void The_error_bound_holds_over_a_dense_sweep(NumericFunction function)
    {
        double worst = 0;
        float worstAt = 0;
        for (long bits = uint.MinValue; bits <= uint.MaxValue; bits += Stride)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            if (!(x >= function.From && x <= function.To))
                continue;
            double error = Ulps.Between(function.Value(x), function.Reference(x));
            if (!(error <= worst))
                (worst, worstAt) = (error, x);
        }
        TestContext.Out.WriteLine($"{function}: {worst:F3} ulp at {worstAt:R}");
        Assert.That(worst, Is.LessThanOrEqualTo(function.Bound), $"at {worstAt:R}");
    }

    [TestCaseSource(nameof(Functions))]
    public void NaN_stays_NaN(NumericFunction function)
    {
        if (!function.Name.Contains('u'))
            Assert.That(function.Value(float.NaN), Is.NaN);
    }

    [Test]
    public void The_logarithm_of_a_normal_number_is_that_of_any_number()
    {
        for (uint bits = 0x00800000; bits < 0x7f800000; bits += 997)
        {
            float x = BitConverter.UInt32BitsToSingle(bits);
            if (BitConverter.SingleToInt32Bits(Logarithm.LogOfNormal(x)) != BitConverter.SingleToInt32Bits(Logarithm.Log(x)))
                Assert.Fail($"ln {x:R}");
        }
    }

    [Test]
    public void The_ends_of_the_domains_are_exact() => Assert.Multiple(() =>
    {
        Assert.That(Exponential.Exp(0), Is.EqualTo(1f));
        Assert.That(Exponential.Exp(float.NegativeInfinity), Is.EqualTo(0f));
        Assert.That(Exponential.Exp(float.PositiveInfinity), Is.EqualTo(float.PositiveInfinity));
        Assert.That(Exponential.Exp(88.72284f), Is.EqualTo(float.PositiveInfinity));
        Assert.That(Exponential.Expm1(float.NegativeInfinity), Is.EqualTo(-1f));
        Assert.That(Exponential.Expm1(float.PositiveInfinity), Is.EqualTo(float.PositiveInfinity));
        Assert.That(Logarithm.Log(0), Is.EqualTo(float.NegativeInfinity));
        Assert.That(Logarithm.Log(1), Is.EqualTo(0f));
        Assert.That(Logarithm.Log(-1), Is.NaN);
        Assert.That(Logarithm.Log(float.PositiveInfinity), Is.EqualTo(float.PositiveInfinity));
        Assert.That(Logarithm.Log1p(-1), Is.EqualTo(float.NegativeInfinity));
        Assert.That(Logarithm.Log1p(-2), Is.NaN);
        Assert.That(Logarithm.Log1p(float.PositiveInfinity), Is.EqualTo(float.PositiveInfinity));
        Assert.That(Sigmoids.Sigmoid(0), Is.EqualTo(0.5f));
        Assert.That(Sigmoids.Sigmoid(float.NegativeInfinity), Is.EqualTo(0f));
        Assert.That(Sigmoids.Sigmoid(float.PositiveInfinity), Is.EqualTo(1f));
        Assert.That(Sigmoids.Softplus(float.NegativeInfinity), Is.EqualTo(0f));
        Assert.That(Sigmoids.Softplus(float.PositiveInfinity), Is.EqualTo(float.PositiveInfinity));
        Assert.That(Sigmoids.Tanh(float.PositiveInfinity), Is.EqualTo(1f));
        Assert.That(Sigmoids.Tanh(float.NegativeInfinity), Is.EqualTo(-1f));
        Assert.That(float.IsNegative(Sigmoids.Tanh(-0f)));
        Assert.That(ErrorFunction.Erf(float.PositiveInfinity), Is.EqualTo(1f));
        Assert.That(ErrorFunction.Erf(float.NegativeInfinity), Is.EqualTo(-1f));
        Assert.That(Turns.Sin(0), Is.EqualTo(0f));
        Assert.That(Turns.Cos(0.5f), Is.EqualTo(-1f));
        Assert.That(FloatBits.IsFinite(float.MaxValue));
        Assert.That(FloatBits.IsFinite(float.NaN), Is.False);
        Assert.That(FloatBits.IsFinite(float.NegativeInfinity), Is.False);
    });

    [Test]
    public void Sine_and_cosine_hold_over_the_whole_turn()
    {
        for (int i = 0; i < 1 << 24; i += 61)
        {
            float u = i / 16777216f;
            Assert.That(Math.Abs(Turns.Sin(u) - Math.Sin(2 * Math.PI * u)), Is.LessThan(1.2e-7));
            Assert.That(Math.Abs(Turns.Cos(u) - Math.Cos(2 * Math.PI * u)), Is.LessThan(1.2e-7));
        }
    }
}
