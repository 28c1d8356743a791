namespace VaeGpu.Training.Uses;

/// <summary>The inverse of the normal distribution function, by Acklam's rational approximations: relative error below 1.2·10⁻⁹.</summary>
public static class NormalQuantile
{
    private const double Tail = 0.02425;

    private static readonly double[] CentreAbove =
    [
        -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01,
        2.506628277459239e+00,
    ];

    private static readonly double[] CentreBelow =
    [
        -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1,
    ];

    private static readonly double[] TailAbove =
    [
        -7.784894002430293e-03, -3.223964580400365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00,
        2.938163982698783e+00,
    ];

    private static readonly double[] TailBelow =
        [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1];

    /// <summary>The z with P(N(0, 1) ≤ z) = <paramref name="probability"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not between 0 and 1.</exception>
    public static double Of(double probability)
    {
        if (!(probability > 0 && probability < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A quantile's probability lies between 0 and 1.");
        if (probability > 0.5)
            return -Of(1 - probability);
        if (probability < Tail)
        {
            var q = Math.Sqrt(-2 * Math.Log(probability));
            return Polynomial(TailAbove, q) / Polynomial(TailBelow, q);
        }
        var centred = probability - 0.5;
        var square = centred * centred;
        return centred * Polynomial(CentreAbove, square) / Polynomial(CentreBelow, square);
    }

    private static double Polynomial(double[] coefficients, double x)
    {
        double value = 0;
        foreach (var coefficient in coefficients)
            value = value * x + coefficient;
        return value;
    }
}
