namespace VaeGpu.Tests.Numerics;

/// <summary>Functions in double precision that <see cref="Math"/> lacks.</summary>
internal static class Reference
{
    /// <summary>eˣ − 1 (Kahan's correction of the rounding of eˣ).</summary>
    public static double Expm1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1)
            return x;
        return u - 1 == -1 || Math.Abs(x) > 1 ? u - 1 : (u - 1) * (x / Math.Log(u));
    }

    /// <summary>ln(1 + x) (Kahan's correction of the rounding of 1 + x).</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Abs(x) > 1 ? Math.Log(u) : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>erf x by its Maclaurin series below 3, by the continued fraction of erfc above.</summary>
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (a >= 3)
            return Math.Sign(x) * (1 - Erfc(a));
        // 2/√π e^−x² Σ 2ⁿ x²ⁿ⁺¹/(1·3·…·(2n+1)): all terms positive, nothing cancels.
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
            sum += term *= 2 * x * x / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private static double Erfc(double x)
    {
        double fraction = 0;
        for (int k = 60; k > 0; k--)
            fraction = k / 2.0 / (x + fraction);
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (x + fraction);
    }
}

/// <summary>Errors counted in units in the last place of a float.</summary>
internal static class Ulps
{
    /// <summary>How many ulps of float lie between a result and the exact value.</summary>
    public static double Between(float actual, double exact)
    {
        float rounded = (float)exact;
        if (actual == rounded || (float.IsNaN(actual) && double.IsNaN(exact)))
            return float.IsFinite(actual) ? Math.Abs(actual - exact) / Unit(rounded) : 0;
        return float.IsInfinity(rounded) && actual == float.MaxValue ? 1 : Math.Abs(actual - exact) / Unit(rounded);
    }

    private static double Unit(float x)
    {
        double magnitude = Math.Min(Math.Abs(x), float.MaxValue);
        int exponent = magnitude == 0 ? -126 : Math.Max(Math.ILogB(magnitude), -126);
        return Math.ScaleB(1, exponent - 23);
    }
}
