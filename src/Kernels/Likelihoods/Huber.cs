namespace VaeGpu.Kernels.Likelihoods;

/// <summary>
/// The density whose −log is Huber's loss: −log p(x) = H(t) + C, t = (x − μ)/σ, H(t) = ½t² up to |t| = δ and δ(|t| − ½δ) beyond: a
/// Gaussian with the tails of a Laplace distribution (Huber 1964, his least favorable distribution).
/// </summary>
/// <remarks>
/// C = log σ + log(√2π·erf(δ/√2) + (2/δ)·e^−½δ²). ∂/∂μ = −t/σ, t cut off at ±δ. The rest:
/// <see cref="SymmetricDensity{TPotential}"/>.
/// </remarks>
public struct Huber : IPotential
{
    public static LikelihoodDescription Description => new(
        Support.RealLine, o => Settings(o.Scale, o.Delta), nameof(LikelihoodOptions.Scale), nameof(LikelihoodOptions.Delta));

    /// <summary>The settings of a given σ, and δ in units of it.</summary>
    public static LikelihoodSettings Settings(double sigma, double delta)
    {
        double mass = BodyMass(delta) + 2 / delta * Math.Exp(-delta * delta / 2);
        return new() { Scale = (float)sigma, Width = (float)delta, Constant = (float)(Math.Log(sigma) + Math.Log(mass)) };
    }

    public static float Value(float distance, float width)
    {
        float magnitude = MathF.Abs(distance);
        float near = 0.5f * magnitude * magnitude;
        float far = width * (magnitude - 0.5f * width);
        return magnitude <= width ? near : far;
    }

    public static float Slope(float distance, float width) => Bounds.Clamp(distance, -width, width);

    public static float One(float width)
    {
        const float squareRootOfTwo = 1.41421356f;
        return width < squareRootOfTwo ? 1f / width + 0.5f * width : squareRootOfTwo;
    }

    /// <summary>∫ e^−½t² over [−δ, δ] = √2π·erf(δ/√2) = 2e^−½δ² Σ δ²ⁿ⁺¹/(2n + 1)!!: a sum of positive terms.</summary>
    private static double BodyMass(double delta)
    {
        const double everything = 9;
        if (delta > everything)
            return Math.Sqrt(2 * Math.PI);
        double sum = 0, term = delta;
        for (int n = 1; term > sum * 1e-17; n++)
        {
            sum += term;
            term *= delta * delta / (2 * n + 1);
        }
        return 2 * Math.Exp(-delta * delta / 2) * sum;
    }
}
