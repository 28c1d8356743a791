namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>Functions that follow from others, and the inverse ones.</summary>
internal static partial class PtxMath
{
    /// <summary>The logarithm to base 2; exact for powers of two, where ln x is a multiple of ln 2 to the last bit.</summary>
    public static double Log2(double x) => Log(x) * 1.44269504088896340736;

    /// <summary>The logarithm to base 10.</summary>
    public static double Log10(double x) => Log(x) * 0.43429448190325182765;

    /// <summary>tan x.</summary>
    public static double Tan(double x) => Turned(x, 0) / Turned(x, 1);

    /// <summary>sinh x = (e^x − e^−x)/2, by its series where that would lose digits.</summary>
    public static double Sinh(double x)
    {
        double z = x * x;
        double series = Math.FusedMultiplyAdd(z, 1.0 / 39916800, 1.0 / 362880);
        series = Horner(series, z, 1.0 / 5040, 1.0 / 120, 1.0 / 6);
        series = Math.FusedMultiplyAdd(series * z, x, x);
        double half = 0.5 * Exp(Math.Abs(x) * 0.5);
        // In two factors: e^|x| alone may be no number that a double can be where half of it is.
        double far = Math.FusedMultiplyAdd(half, half * 2, -0.5 * Exp(-Math.Abs(x)));
        return Math.Abs(x) < 0.3 ? series : x < 0 ? -far : far;
    }

    /// <summary>cosh x = (e^x + e^−x)/2.</summary>
    public static double Cosh(double x)
    {
        double half = 0.5 * Exp(Math.Abs(x) * 0.5);
        return Math.FusedMultiplyAdd(half, half * 2, 0.5 * Exp(-Math.Abs(x)));
    }

    /// <summary>atan x: reduced to |x| ≤ tan(π/16) by three addition theorems at fixed angles, then the series.</summary>
    public static double Atan(double x)
    {
        double a = Math.Abs(x);
        bool inverts = a > 1;
        double t = inverts ? 1 / a : a, from = 0;
        // tan(π/8) and half of it: atan t = atan c + atan((t − c)/(1 + t c)).
        if (t > 0.66817863791929891999)
        {
            t = (t - 1) / (t + 1);
            from = 0.5 * HalfPi;
        }
        else if (t > 0.19891236737965800691)
        {
            t = (t - 0.41421356237309504880) / Math.FusedMultiplyAdd(t, 0.41421356237309504880, 1);
            from = 0.25 * HalfPi;
        }
        double z = t * t;
        double series = 1.0 / 25;
        series = Horner(series, -z, 1.0 / 23, 1.0 / 21, 1.0 / 19);
        series = Horner(series, -z, 1.0 / 17, 1.0 / 15, 1.0 / 13);
        series = Horner(series, -z, 1.0 / 11, 1.0 / 9, 1.0 / 7);
        series = Math.FusedMultiplyAdd(series, -z, 1.0 / 5);
        series = Math.FusedMultiplyAdd(series, -z, 1.0 / 3);
        double angle = from + Math.FusedMultiplyAdd(series * -z, t, t);
        double result = inverts ? HalfPi - angle : angle;
        // −0 stays −0, and NaN is NaN.
        return a == 0 ? x : x < 0 ? -result : result;
    }

    /// <summary>asin x = atan(x / √(1 − x²)), the root as a product, which keeps its digits near one.</summary>
    public static double Asin(double x)
    {
        double root = Math.Sqrt((1 - x) * (1 + x));
        return Math.Abs(x) == 1 ? x * HalfPi : Atan(x / root);
    }

    /// <summary>acos x = 2 atan(√((1 − x)/(1 + x))).</summary>
    public static double Acos(double x) => x == -1 ? 2 * HalfPi : 2 * Atan(Math.Sqrt((1 - x) / (1 + x)));

    /// <summary>The angle of the point (x, y), with the special cases of IEEE 754 atan2.</summary>
    public static double Atan2(double y, double x)
    {
        double a = Math.Abs(x), b = Math.Abs(y);
        bool isInfinite = a > double.MaxValue && b > double.MaxValue;
        double ratio = isInfinite ? 1 : a == 0 && b == 0 ? 0 : b / a;
        double angle = Atan(ratio);
        bool isLeft = x < 0 || x == 0 && 1 / x < 0, isBelow = y < 0 || y == 0 && 1 / y < 0;
        double whole = isLeft ? 2 * HalfPi - angle : angle;
        return double.IsNaN(x) || double.IsNaN(y) ? double.NaN : isBelow ? -whole : whole;
    }
}
