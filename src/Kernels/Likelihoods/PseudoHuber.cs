namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// The density whose −log is the pseudo-Huber loss, smooth everywhere: −log p(x) = P(t) + C, t = (x − μ)/σ,
/// P(t) = δ²(√(1 + (t/δ)²) − 1): the symmetric hyperbolic distribution (Barndorff-Nielsen 1977).
/// </summary>
/// <remarks>
/// C = log σ + log(2δ·e^δ²·K₁(δ²)), K₁ the modified Bessel function: with t = δ·sinh v the integral of e^−P is its own. P is
/// computed as t²/(√(1 + (t/δ)²) + 1), which does not cancel. ∂/∂μ = −t/√(1 + (t/δ)²)/σ. The rest:
/// <see cref="SymmetricDensity{TPotential}"/>.
/// </remarks>
public struct PseudoHuber : IPotential
{
    public static LikelihoodDescription Description => new(
        Support.RealLine, o => Settings(o.Scale, o.Delta), nameof(LikelihoodOptions.Scale), nameof(LikelihoodOptions.Delta));

    /// <summary>The settings of a given σ, and δ in units of it.</summary>
    public static LikelihoodSettings Settings(double sigma, double delta) =>
        new() { Scale = (float)sigma, Width = (float)delta, Constant = (float)(Math.Log(sigma) + Math.Log(Mass(delta))) };

    public static float Value(float distance, float width) => distance * distance / (Stretch(distance, width) + 1f);

    public static float Slope(float distance, float width) => distance / Stretch(distance, width);

    public static float One(float width) => MathF.Sqrt(2f + 1f / (width * width));

    private static float Stretch(float distance, float width)
    {
        float ratio = distance / width;
        return MathF.Sqrt(MathF.FusedMultiplyAdd(ratio, ratio, 1f));
    }

    /// <summary>2δ·e^δ²·K₁(δ²) = δ ∫ e^(−δ²(cosh v − 1)) cosh v dv over all v, cosh v − 1 = 2 sinh²(v/2).</summary>
    /// <remarks>The trapezoidal rule: the integrand falls doubly exponentially and is analytic, so the error is below 10⁻¹⁵.</remarks>
    private static double Mass(double delta)
    {
        double step = 0.1 * Math.Min(1, 1 / delta);
        double sum = 0.5, term = 1;
        for (int n = 1; term > sum * 1e-17; n++)
        {
            double half = Math.Sinh(n * step / 2);
            term = Math.Exp(-2 * delta * delta * half * half) * (1 + 2 * half * half);
            sum += term;
        }
        return 2 * delta * step * sum;
    }
}
