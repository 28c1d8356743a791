namespace VaeGpu.Training.Checks;

/// <summary>Nodes and weights of a sum that stands for an integral, or that is the sum over a law's values.</summary>
internal sealed record Quadrature(double[] Nodes, double[] Weights)
{
    // The 16-point rule of Gauss and Legendre on [−1, 1]: positive nodes and their weights.
    private static readonly (double Node, double Weight)[] Half = [.. Legendre(16)];

    /// <summary>The sum over values.</summary>
    public static Quadrature Over(double[] values) => new(values, [.. values.Select(_ => 1.0)]);

    /// <summary>The integral over the panels between neighbouring points, which need not be in order.</summary>
    public static Quadrature Between(IEnumerable<double> points)
    {
        double[] ends = [.. points.Distinct().Order()];
        var nodes = new List<double>();
        var weights = new List<double>();
        for (var panel = 0; panel + 1 < ends.Length; panel++)
        {
            double middle = (ends[panel] + ends[panel + 1]) / 2, half = (ends[panel + 1] - ends[panel]) / 2;
            foreach (var (node, weight) in Half)
            {
                nodes.AddRange([middle - half * node, middle + half * node]);
                weights.AddRange([half * weight, half * weight]);
            }
        }
        return new([.. nodes], [.. weights]);
    }

    /// <summary>Σ weight·f(node).</summary>
    public double Sum(Func<double, double> f) => Nodes.Zip(Weights).Sum(pair => pair.Second * f(pair.First));

    /// <summary>The positive zeros of Pₙ by Newton's method, n even, and the weights 2/((1 − x²)P'ₙ(x)²).</summary>
    private static IEnumerable<(double Node, double Weight)> Legendre(int order)
    {
        for (var i = 0; i < order / 2; i++)
        {
            var x = Math.Cos(Math.PI * (i + 0.75) / (order + 0.5));
            double slope = 0;
            for (var iteration = 0; iteration < 20; iteration++)
            {
                double before = 1, value = x;
                for (var n = 2; n <= order; n++)
                    (before, value) = (value, ((2 * n - 1) * x * value - (n - 1) * before) / n);
                slope = order * (x * value - before) / (x * x - 1);
                x -= value / slope;
            }
            yield return (x, 2 / ((1 - x * x) * slope * slope));
        }
    }
}
