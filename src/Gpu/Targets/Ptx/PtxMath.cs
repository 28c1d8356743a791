namespace VaeGpu.Gpu.Targets.Ptx;

/// <summary>
/// The functions of <see cref="Math"/> that PTX lacks, in double arithmetic: float results are right to the last bit in almost all
/// cases, double ones to a few units in the last place (Pow to about 1e-13). They are there so that every kernel runs; they
/// take a GPU's slow double units, so kernels that care have functions of their own.
/// </summary>
internal static partial class PtxMath
{
    // ln 2 and π/2 in parts: the first ends in zeros, so that its products with small integers are exact.
    private const double Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;
    private const double HalfPi = 1.57079632679489655800, HalfPiLow = 6.12323399573676603587e-17, HalfPiRest = -1.49738490485916983e-33;

    /// <summary>e^x = 2^n · e^r with |r| ≤ ln 2 / 2, where the Taylor series to r^13 is left with an error below 1e-17.</summary>
    public static double Exp(double x)
    {
        double bounded = Math.Max(Math.Min(x, 750), -800);
        double n = Math.Round(bounded * 1.44269504088896338700);
        double r = Math.FusedMultiplyAdd(-n, Ln2Low, Math.FusedMultiplyAdd(-n, Ln2High, bounded));
        double p = 1.0 / 6227020800;
        p = Horner(p, r, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800);
        p = Horner(p, r, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040);
        p = Horner(p, r, 1.0 / 720, 1.0 / 120, 1.0 / 24);
        p = Horner(p, r, 1.0 / 6, 0.5, 1.0);
        p = Math.FusedMultiplyAdd(p, r, 1.0);
        // Two factors, since 2^n alone may be no number that a double can be.
        int half = (int)n >> 1;
        return p * PowerOfTwo(half) * PowerOfTwo((int)n - half);
    }

    /// <summary>ln x = e · ln 2 + 2 artanh((m − 1)/(m + 1)) for x = m · 2^e, m between √½ and √2.</summary>
    public static double Log(double x)
    {
        bool isTiny = x < 2.2250738585072014e-308;
        long bits = BitConverter.DoubleToInt64Bits(isTiny ? x * 18014398509481984.0 : x);
        // The exponent grows by one where m would pass √2.
        long shifted = bits - 0x3FE6A09E667F3BCDL;
        int exponent = (int)(shifted >> 52);
        double m = BitConverter.Int64BitsToDouble(bits - ((long)exponent << 52));
        double e = isTiny ? exponent - 54 : exponent;
        double s = (m - 1) / (m + 1), z = s * s;
        double p = 2.0 / 23;
        p = Horner(p, z, 2.0 / 21, 2.0 / 19, 2.0 / 17);
        p = Horner(p, z, 2.0 / 15, 2.0 / 13, 2.0 / 11);
        p = Horner(p, z, 2.0 / 9, 2.0 / 7, 2.0 / 5);
        p = Math.FusedMultiplyAdd(p, z, 2.0 / 3);
        double low = Math.FusedMultiplyAdd(e, Ln2Low, s * z * p);
        double result = Math.FusedMultiplyAdd(e, Ln2High, 2 * s + low);
        return x > 0 ? (x <= double.MaxValue ? result : x) : x == 0 ? double.NegativeInfinity : double.NaN;
    }

    /// <summary>sin x: the sine or cosine of what is left of x after whole quarter turns.</summary>
    public static double Sin(double x) => Turned(x, 0);

    /// <summary>cos x.</summary>
    public static double Cos(double x) => Turned(x, 1);

    /// <summary>tanh x = 1 − 2/(e^2x + 1), by its series where that would lose digits.</summary>
    public static double Tanh(double x)
    {
        double a = Math.Abs(x), z = x * x;
        double series = Math.FusedMultiplyAdd(z, 62.0 / 2835, -17.0 / 315);
        series = Math.FusedMultiplyAdd(series, z, 2.0 / 15);
        series = Math.FusedMultiplyAdd(series, z, -1.0 / 3);
        series = Math.FusedMultiplyAdd(series * z, x, x);
        double far = 1 - 2 / (Exp(2 * a) + 1);
        return a < 0.03 ? series : x < 0 ? -far : far;
    }

    /// <summary>x^y = e^(y ln |x|), negative where x is and y is odd, with the special cases of IEEE 754 pow.</summary>
    public static double Pow(double x, double y)
    {
        double power = Exp(y * Log(Math.Abs(x)));
        double whole = Math.Truncate(y), half = whole * 0.5;
        bool isInteger = whole == y, isOdd = isInteger && Math.Truncate(half) != half;
        if (x < 0 || x == 0 && 1 / x < 0)
            power = isOdd ? -power : isInteger || x == 0 || Math.Abs(x) > double.MaxValue ? power : double.NaN;
        if (x == -1 && Math.Abs(y) > double.MaxValue)
            power = 1;
        return y == 0 || x == 1 ? 1 : double.IsNaN(x) || double.IsNaN(y) ? double.NaN : power;
    }

    /// <summary>x − y · trunc(x/y), exactly: long division of the numbers without their exponents, eleven bits at a time.</summary>
    public static double Remainder(double x, double y)
    {
        double a = Math.Abs(x), b = Math.Abs(y);
        if (!(a <= double.MaxValue) || !(b > 0))
            return double.NaN;
        if (!(a >= b))
            return x;
        int ea = Exponent(a), eb = Exponent(b);
        ulong rest = Significand(a), divisor = Significand(b);
        int steps = ea - eb;
        rest %= divisor;
        while (steps > 0)
        {
            int bits = steps < 11 ? steps : 11;
            rest = (rest << bits) % divisor;
            steps -= bits;
        }
        // What is left is smaller than y, so it is a double; its own exponent is y's at most.
        double result = Scaled(rest, eb);
        return x < 0 ? -result : result;
    }

    private static int Exponent(double a)
    {
        int exponent = (int)(BitConverter.DoubleToInt64Bits(a) >> 52);
        return exponent == 0 ? 1 : exponent;
    }

    private static ulong Significand(double a)
    {
        ulong bits = (ulong)BitConverter.DoubleToInt64Bits(a);
        return (bits & 0xFFFFFFFFFFFFFUL) | (bits >> 52 == 0 ? 0UL : 0x10000000000000UL);
    }

    /// <summary>n · 2^(exponent − 1075) for n below 2^53: exact, and in two factors as in Exp.</summary>
    private static double Scaled(ulong n, int exponent)
    {
        int scale = exponent - 1075, half = scale >> 1;
        return (double)n * PowerOfTwo(half) * PowerOfTwo(scale - half);
    }

    /// <summary>The next three steps of Horner's rule.</summary>
    private static double Horner(double p, double x, double a, double b, double c) =>
        Math.FusedMultiplyAdd(Math.FusedMultiplyAdd(Math.FusedMultiplyAdd(p, x, a), x, b), x, c);

    private static double PowerOfTwo(int n) => BitConverter.Int64BitsToDouble((long)(n + 1023) << 52);

    private static double Turned(double x, int quarters)
    {
        // Beyond 2^50 a double does not tell the phase to any use; its remainder is at least bounded.
        double near = Math.Abs(x) < 1125899906842624.0 ? x : Remainder(x, 4 * HalfPi);
        double n = Math.Round(near * 0.63661977236758138243);
        double r = Math.FusedMultiplyAdd(-n, HalfPi, near);
        r = Math.FusedMultiplyAdd(-n, HalfPiLow, r);
        r = Math.FusedMultiplyAdd(-n, HalfPiRest, r);
        long quadrant = (long)n + quarters;
        double z = r * r;
        double sine = Math.FusedMultiplyAdd(z, 1.0 / 355687428096000, -1.0 / 1307674368000);
        sine = Horner(sine, z, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880);
        sine = Horner(sine, z, -1.0 / 5040, 1.0 / 120, -1.0 / 6);
        sine = Math.FusedMultiplyAdd(sine * z, r, r);
        double cosine = Math.FusedMultiplyAdd(z, 1.0 / 20922789888000, -1.0 / 87178291200);
        cosine = Horner(cosine, z, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320);
        cosine = Horner(cosine, z, -1.0 / 720, 1.0 / 24, -0.5);
        cosine = Math.FusedMultiplyAdd(cosine, z, 1.0);
        double value = (quadrant & 1) == 0 ? sine : cosine;
        return (quadrant & 2) == 0 ? value : -value;
    }
}
