namespace VaeGpu.Training.Evaluation;

/// <summary>
/// The largest of an image's weights w = p(x, z)/q(z∣x) over K draws, and how heavy the tail is that they come from: Pareto's k̂ of
/// Vehtari, Simpson, Gelman, Yao and Gabry ("Pareto smoothed importance sampling", JMLR 25, 2024). Moments of w of order 1/k and above
/// do not exist; above <see cref="Limit"/> the mean of the weights, and with it log p(x), is not to be trusted.
/// </summary>
internal sealed class WeightTail
{
    /// <summary>The least number of draws from which k̂ is told: five weights in the tail.</summary>
    public const int FewestDraws = 25;

    private readonly float[] logs;
    private readonly int tail;
    private int count;
    private float least = float.NegativeInfinity;

    /// <summary>Of so many draws, at least <see cref="FewestDraws"/>; the tail is min(K/5, 3√K) of them.</summary>
    public WeightTail(int draws)
    {
        tail = (int)Math.Ceiling(Math.Min(0.2 * draws, 3 * Math.Sqrt(draws)));
        logs = new float[Math.Min(draws, 2 * (tail + 1))];
    }

    /// <summary>The k̂ up to which <paramref name="draws"/> draws are enough: min(1 − 1/log₁₀K, 0.7).</summary>
    public static double Limit(int draws) => Math.Min(1 - 1 / Math.Log10(draws), 0.7);

    /// <summary>Takes log w of one more draw.</summary>
    public void Add(float logWeight)
    {
        // What is below the largest so far is not among them.
        if (logWeight < least)
            return;
        if (count == logs.Length)
        {
            Array.Sort(logs);
            count = tail + 1;
            logs.AsSpan(logs.Length - count).CopyTo(logs);
            least = logs[0];
        }
        logs[count++] = logWeight;
    }

    /// <summary>k̂; 0 where the weights of the tail are all the same.</summary>
    public double Shape()
    {
        Array.Sort(logs, 0, count);
        var largest = logs.AsSpan(count - tail - 1, tail + 1);
        var excesses = new double[tail];
        for (var i = 0; i < tail; i++)
            excesses[i] = Math.Exp((double)largest[i + 1] - largest[tail]) - Math.Exp((double)largest[0] - largest[tail]);
        return excesses[(int)(tail / 4.0 + 0.5) - 1] > 0 ? Fit(excesses) : 0;
    }

    /// <summary>
    /// The shape of the generalized Pareto distribution of x, sorted: k = mean of log(1 − θx) at the mean of θ over its profile posterior
    /// (Zhang and Stephens 2009), drawn to ½ with the weight of ten observations.
    /// </summary>
    private static double Fit(double[] x)
    {
        int n = x.Length, points = 30 + (int)Math.Sqrt(n);
        double quartile = x[(int)(n / 4.0 + 0.5) - 1];
        double[] thetas = [.. Enumerable.Range(1, points).Select(j => 1 / x[^1] + (1 - Math.Sqrt(points / (j - 0.5))) / (3 * quartile))];
        var logs = Array.ConvertAll(thetas, theta =>
        {
            var k = Shape(theta);
            return n * (Math.Log(-theta / k) - k - 1);
        });
        var largest = logs.Max();
        var weights = Array.ConvertAll(logs, log => Math.Exp(log - largest));
        var shape = Shape(thetas.Zip(weights, (theta, weight) => theta * weight).Sum() / weights.Sum());
        return (n * shape + 5) / (n + 10);

        double Shape(double theta) => x.Average(value => Math.Log(1 - theta * value));
    }
}
