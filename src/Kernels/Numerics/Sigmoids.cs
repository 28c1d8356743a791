namespace VaeGpu.Kernels.Numerics;

/// <summary>The S-shaped functions and their kin, the same bits on every device. None overflows anywhere.</summary>
public static class Sigmoids
{
    /// <summary>1/(1 + e⁻ˣ).</summary>
    /// <remarks>With u = e^−|x| ≤ 1: 1/(1 + u) for x ≥ 0 and u/(1 + u) below. All floats; NaN stays. Error below 2.5 ulp.</remarks>
    public static float Sigmoid(float x)
    {
        float u = Exponential.ExpOfNegative(-MathF.Abs(x));
        float numerator = x >= 0f ? 1f : u;
        return numerator / (1f + u);
    }

    /// <summary>ln(1 + eˣ).</summary>
    /// <remarks>max(x, 0) + ln(1 + e^−|x|). All floats; NaN stays. Error below 2.5 ulp.</remarks>
    public static float Softplus(float x)
    {
        float positivePart = x < 0f ? 0f : x;
        return positivePart + Logarithm.Log1pOfUnit(Exponential.ExpOfNegative(-MathF.Abs(x)));
    }

    /// <summary>The hyperbolic tangent.</summary>
    /// <remarks>With t = e^−2|x| − 1: −t/(2 + t) with the sign of x. All floats; −0 and NaN stay. Error below 3.0 ulp.</remarks>
    public static float Tanh(float x)
    {
        float t = Exponential.Expm1(-2f * MathF.Abs(x));
        return FloatBits.CopySign(-t / (2f + t), x);
    }
}
