namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>A sample's median and quartiles: half of the values lie between <paramref name="Low"/> and <paramref name="High"/>.</summary>
internal readonly record struct Spread(double Median, double Low, double High)
{
    /// <summary>The spread of some values, quantiles interpolated linearly between neighbors.</summary>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
            throw new ArgumentException("A spread needs at least one value.", nameof(values));
        return new(Quantile(sorted, 0.5), Quantile(sorted, 0.25), Quantile(sorted, 0.75));
    }

    /// <summary>A single value: it has no spread.</summary>
    public static Spread Single(double value) => new(value, value, value);

    /// <summary>Whether a value lies in the middle half.</summary>
    public bool Contains(double value) => value >= Low && value <= High;

    /// <summary>All values times a positive factor.</summary>
    public static Spread operator *(Spread spread, double factor) => new(spread.Median * factor, spread.Low * factor, spread.High * factor);

    /// <summary>A positive amount divided by each value: work by its times.</summary>
    public static Spread operator /(double amount, Spread spread) => new(amount / spread.Median, amount / spread.High, amount / spread.Low);

    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 == sorted.Length ? sorted[below] : sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
    }
}
