namespace VaeGpu.Kernels.Numerics;

/// <summary>erf x = 2/√π ∫₀ˣ e^−t² dt, the same bits on every device.</summary>
/// <remarks>
/// Below <see cref="Joint"/>: x + x·P(x²), P of degree 5, minimax for the relative error (2^−25).
/// Above: 1 − e^T(|x|), T of degree 8, minimax for the absolute error of erf (2^−35); from 3.95 on the result rounds to 1.
/// </remarks>
public static class ErrorFunction
{
    private const float Joint = 0.95f;
    private const float Saturation = 3.95f;

    private const float P0 = 0.128379136f;
    private const float P1 = -0.376124471f;
    private const float P2 = 0.112813205f;
    private const float P3 = -0.0267488658f;
    private const float P4 = 0.00496750977f;
    private const float P5 = -0.000586209644f;

    private const float T0 = 0.000178139162f;
    private const float T1 = -1.12952745f;
    private const float T2 = -0.63333267f;
    private const float T3 = -0.108278722f;
    private const float T4 = 0.0251019448f;
    private const float T5 = -0.00415386679f;
    private const float T6 = 0.000426532672f;
    private const float T7 = -1.92673306e-5f;
    private const float T8 = -1.69414335e-7f;

    /// <summary>erf x.</summary>
    /// <remarks>All floats. erf ±∞ = ±1; −0 and NaN stay. Error below 1.5 ulp.</remarks>
    public static float Erf(float x)
    {
        float magnitude = MathF.Abs(x);
        return magnitude < Joint ? NearZero(x) : FloatBits.CopySign(FarOut(magnitude), x);
    }

    private static float NearZero(float x)
    {
        float s = x * x;
        float p = MathF.FusedMultiplyAdd(P5, s, P4);
        p = MathF.FusedMultiplyAdd(p, s, P3);
        p = MathF.FusedMultiplyAdd(p, s, P2);
        p = MathF.FusedMultiplyAdd(p, s, P1);
        p = MathF.FusedMultiplyAdd(p, s, P0);
        return MathF.FusedMultiplyAdd(p, x, x);
    }

    private static float FarOut(float magnitude)
    {
        float t = magnitude > Saturation ? Saturation : magnitude;
        float p = MathF.FusedMultiplyAdd(T8, t, T7);
        p = MathF.FusedMultiplyAdd(p, t, T6);
        p = MathF.FusedMultiplyAdd(p, t, T5);
        p = MathF.FusedMultiplyAdd(p, t, T4);
        p = MathF.FusedMultiplyAdd(p, t, T3);
        p = MathF.FusedMultiplyAdd(p, t, T2);
        p = MathF.FusedMultiplyAdd(p, t, T1);
        p = MathF.FusedMultiplyAdd(p, t, T0);
        return 1f - Exponential.Exp(p);
    }
}
