using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Tests.Ptx;

/// <summary>The functions that PTX lacks, as the C# that they are, against .NET's.</summary>
public sealed class PtxMathTests
{
    private static readonly double[] corners = [0, -0.0, 1, -1, 2, 3, -3, 0.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        double.Epsilon, -double.Epsilon, double.MaxValue, 709.7, -745, 1e-300, 4.5e15, 2147483648.5];

    private static readonly (string Name, Func<double, double> Ours, Func<double, double> Theirs, double Range, double Bound)[] functions =
    [
        (nameof(Math.Exp), PtxMath.Exp, Math.Exp, 745, 4e-16),
        (nameof(Math.Log), PtxMath.Log, Math.Log, 1e300, 4e-16),
        (nameof(Math.Tanh), PtxMath.Tanh, Math.Tanh, 25, 8e-15),
        (nameof(Math.Sin), PtxMath.Sin, Math.Sin, 1e6, 4e-16),
        (nameof(Math.Cos), PtxMath.Cos, Math.Cos, 1e6, 4e-16),
    ];

    [Test]
    public void One_argument([Range(0, 4)] int function)
    {
        (string name, Func<double, double> ours, Func<double, double> theirs, double range, double bound) = functions[function];
        var random = new Random(function);
        double worst = 0;
        for (int i = 0; i < 200_000; i++)
        {
            // All sizes alike, and both signs.
            double x = (random.Next(2) * 2 - 1) * Math.Exp(random.NextDouble() * Math.Log(range * 1e9)) * 1e-9;
            double exact = theirs(x), got = ours(x);
            if (!double.IsNormal(exact))
                continue;
            // Sine and cosine near their zeros are held to their own size, but for what the argument's last bit is worth.
            worst = Math.Max(worst, Math.Abs(got - exact) / Math.Max(Math.Abs(exact), name is "Sin" or "Cos" ? 1e-3 : 0));
        }
        TestContext.Out.WriteLine($"{name}: relative error {worst:E2}");
        Assert.That(worst, Is.LessThan(name is "Sin" or "Cos" ? 1e-12 : bound));
    }

    [Test]
    public void The_corners_are_those_of_NET() => Assert.Multiple(() =>
    {
        foreach (double x in corners)
        {
            Same(PtxMath.Exp(x), Math.Exp(x), $"exp {x}");
            Same(PtxMath.Log(x), Math.Log(x), $"log {x}");
            Same(PtxMath.Tanh(x), Math.Tanh(x), $"tanh {x}");
            foreach (double y in corners)
            {
                Same(PtxMath.Pow(x, y), Math.Pow(x, y), $"{x} to the {y}");
                Assert.That(PtxMath.Remainder(x, y), Is.EqualTo(x % y), $"{x} % {y}");
            }
        }
        Assert.That(PtxMath.Sin(double.PositiveInfinity), Is.NaN);
        Assert.That(PtxMath.Cos(double.NaN), Is.NaN);
        Assert.That(Math.Abs(PtxMath.Sin(1e300)), Is.LessThanOrEqualTo(1));
    });

    [Test]
    public void Remainders_are_exact()
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int i = 0; i < 100_000; i++)
        {
            double x = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            double y = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            double exact = x % y;
            double got = PtxMath.Remainder(x, y);
            Assert.That(BitConverter.DoubleToInt64Bits(got) == BitConverter.DoubleToInt64Bits(exact) || double.IsNaN(exact),
                $"{x:R} % {y:R}");
        }
    }

    private static void Same(double got, double wanted, string what) =>
        Assert.That(got, double.IsFinite(wanted) && wanted != 0
            ? Is.EqualTo(wanted).Within(2e-13 * Math.Abs(wanted) + 1e-320)
            : Is.EqualTo(wanted), what);
}
