using MathNet.Numerics.Integration;

namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>Nodes and weights of a sum that stands for an integral, or that is the sum over a distribution's values.</summary>
internal sealed record Quadrature(double[] Nodes, double[] Weights)
{
    private const int Order = 16;

    /// <summary>The sum over values.</summary>
    public static Quadrature Over(double[] values) => new(values, [.. values.Select(_ => 1.0)]);

    /// <summary>The integral by Gauss–Legendre rules over the panels between neighboring points, which need not be in order.</summary>
    public static Quadrature Between(IEnumerable<double> points)
    {
        double[] ends = [.. points.Distinct().Order()];
        var nodes = new List<double>();
        var weights = new List<double>();
        for (var panel = 0; panel + 1 < ends.Length; panel++)
        {
            var rule = new GaussLegendreRule(ends[panel], ends[panel + 1], Order);
            nodes.AddRange(rule.Abscissas);
            weights.AddRange(rule.Weights);
        }
        return new([.. nodes], [.. weights]);
    }

    /// <summary>Σ weight·f(node).</summary>
    public double Sum(Func<double, double> f) => Nodes.Zip(Weights).Sum(pair => pair.Second * f(pair.First));
}
