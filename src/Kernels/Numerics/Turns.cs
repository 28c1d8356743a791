namespace VaeGpu.Kernels.Numerics;

/// <summary>sin 2πu and cos 2πu of an angle in turns, the same bits on every device; for the Box–Muller transform.</summary>
/// <remarks>
/// With q = round(4u) and r = u − q/4, exactly, |r| ≤ 1/8: sin 2πr = r·S(r²), cos 2πr = 1 + r²·C(r²), minimax polynomials
/// (2^−37 and 2^−33); the quarter q says which of the two, and its sign.
/// </remarks>
public static class Turns
{
    private const float S0 = 6.28318548f;
    private const float S1 = -41.3417015f;
    private const float S2 = 81.6052017f;
    private const float S3 = -76.6977768f;
    private const float S4 = 41.4698906f;

    private const float C0 = -19.7392082f;
    private const float C1 = 64.9393234f;
    private const float C2 = -85.4432449f;
    private const float C3 = 59.2202873f;

    /// <summary>sin 2πu.</summary>
    /// <remarks>|u| ≤ 2²⁰. Error below 2.0 ulp.</remarks>
    public static float Sin(float u) => Quarter((int)MathF.Round(4f * u), u, 0);

    /// <summary>cos 2πu.</summary>
    /// <remarks>|u| ≤ 2²⁰. Error below 2.0 ulp.</remarks>
    public static float Cos(float u) => Quarter((int)MathF.Round(4f * u), u, 1);

    /// <summary>sin(2πu + <paramref name="advance"/>·π/2), u in the given quarter.</summary>
    private static float Quarter(int quarter, float u, int advance)
    {
        float r = MathF.FusedMultiplyAdd(-0.25f, (float)quarter, u);
        float square = r * r;
        float sine = MathF.FusedMultiplyAdd(S4, square, S3);
        sine = MathF.FusedMultiplyAdd(sine, square, S2);
        sine = MathF.FusedMultiplyAdd(sine, square, S1);
        sine = r * MathF.FusedMultiplyAdd(sine, square, S0);
        float cosine = MathF.FusedMultiplyAdd(C3, square, C2);
        cosine = MathF.FusedMultiplyAdd(cosine, square, C1);
        cosine = MathF.FusedMultiplyAdd(cosine, square, C0);
        cosine = MathF.FusedMultiplyAdd(cosine, square, 1f);

        int turned = quarter + advance;
        float value = (turned & 1) != 0 ? cosine : sine;
        return (turned & 2) != 0 ? -value : value;
    }
}
