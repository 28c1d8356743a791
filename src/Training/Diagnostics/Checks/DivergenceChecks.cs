using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>The proof of z = μ + σε and of KL(N(μ, σ²) ‖ N(0, 1)) on one device.</summary>
/// <remarks>
/// KL: the kernel against the integral of q·log(q/p), its definition. Gradient of Σ g·z + w·KL: against central differences in
/// double precision, at the kernel's own noise. Sampler: mean and variance of z in standard errors. Extremes: as for likelihoods.
/// </remarks>
internal sealed class DivergenceChecks(Accelerator accelerator)
{
    private const string Subject = "kl";
    private readonly LatentLauncher launcher = new LatentLauncher(accelerator, Prior.Standard);
    private readonly CheckInputs inputs = new(23);

    public IEnumerable<CheckResult> Run()
    {
        LatentShape shape = Shape(3, 19);
        float[] encoded = Draw(2 * shape.Rows * shape.Columns, inputs.Normal);
        float[] upstream = Draw(shape.Rows * shape.Columns, inputs.Normal);
        (float[] latent, float[] divergence) = Forward(encoded, shape);
        yield return new(Subject, "value, by its integral", ValueError(encoded, divergence, shape), 2e-6);
        yield return new(Subject, "gradient", GradientError(encoded, upstream, latent, shape), 1e-5);
        (double mean, double variance) = SamplerErrors();
        yield return new(Subject, "sampler's mean", mean, 5);
        yield return new(Subject, "sampler's variance", variance, 5);
        yield return new(Subject, "finite at extremes", NotFinite(), 0);
    }

    private static double ValueError(float[] encoded, float[] divergence, LatentShape shape) => Enumerable.Range(0, shape.Rows).Max(row =>
    {
        var exact = Enumerable.Range(0, shape.Columns).Sum(column =>
        {
            (double mean, double logVariance) = At(encoded, row, column, shape);
            var deviation = Math.Exp(logVariance / 2);
            double LogQ(double z) => -Math.Pow((z - mean) / deviation, 2) / 2 - logVariance / 2;
            return Quadrature.Between(Enumerable.Range(-40, 81).Select(i => mean + deviation * i / 2))
                .Sum(z => Math.Exp(LogQ(z)) / Math.Sqrt(2 * Math.PI) * (LogQ(z) + z * z / 2));
        });
        return Math.Abs(divergence[row] - exact) / (shape.Columns + exact);
    });

    private double GradientError(float[] encoded, float[] upstream, float[] latent, LatentShape shape)
    {
        const double step = 1e-5;
        float[] gradient = Backward(encoded, upstream, shape);
        double worst = 0, weight = (double)LikelihoodRunner.Control.DivergenceWeight / shape.Rows;
        for (var i = 0; i < upstream.Length; i++)
        {
            int row = i / shape.Columns, column = i % shape.Columns, at = row * 2 * shape.Columns + column;
            (double mean, double logVariance) = At(encoded, row, column, shape);
            var noise = (latent[i] - mean) / Math.Exp(logVariance / 2);
            double Objective(double m, double l) =>
                upstream[i] * (m + Math.Exp(l / 2) * noise) + weight * 0.5 * (m * m + Math.Exp(l) - l - 1);
            var byMean = (Objective(mean + step, logVariance) - Objective(mean - step, logVariance)) / (2 * step);
            var byLogVariance = (Objective(mean, logVariance + step) - Objective(mean, logVariance - step)) / (2 * step);
            worst = Math.Max(worst, Math.Abs(gradient[at] - byMean) / Math.Max(1, Math.Abs(byMean)));
            worst = Math.Max(worst, Math.Abs(gradient[at + shape.Columns] - byLogVariance) / Math.Max(1, Math.Abs(byLogVariance)));
        }
        return worst;
    }

    private (double Mean, double Variance) SamplerErrors()
    {
        LatentShape shape = Shape(2048, 8);
        float[] one = Draw(2 * shape.Columns, inputs.Normal);
        float[] encoded = [.. Enumerable.Repeat(one, shape.Rows).SelectMany(row => row)];
        (float[] latent, _) = Forward(encoded, shape);
        double worstMean = 0, worstVariance = 0;
        for (var column = 0; column < shape.Columns; column++)
        {
            (double mean, double logVariance) = At(encoded, 0, column, shape);
            double[] standard = [.. Enumerable.Range(0, shape.Rows)
                .Select(row => (latent[row * shape.Columns + column] - mean) / Math.Exp(logVariance / 2))];
            worstMean = Math.Max(worstMean, Math.Abs(standard.Average()) * Math.Sqrt(shape.Rows));
            worstVariance = Math.Max(worstVariance, Math.Abs(standard.Average(z => z * z) - 1) * Math.Sqrt(shape.Rows / 2.0));
        }
        return (worstMean, worstVariance);
    }

    /// <summary>How many numbers are not finite, for every prior, where the encoder and the prior's network give anything finite.</summary>
    private double NotFinite()
    {
        float[] extremes = [0, 1e-45f, 1, 20, 31, 89, 1e4f, 1e12f, 1e20f, 1e30f, float.MaxValue];
        float[] signed = [.. extremes, .. extremes.Select(x => -x)];
        LatentShape shape = Shape(16, 32) with { Samples = 2 };
        return Prior.All.Sum(prior =>
        {
            float[] encoded = Draw(2 * shape.Rows * shape.Columns, () => inputs.Pick(signed));
            float[] told = Draw(2 * shape.Rows * shape.Columns, () => inputs.Pick(signed));
            float[] upstream = Draw(shape.Rows * shape.Samples * shape.Columns, inputs.Normal);
            return DivergenceRunner.Everything(accelerator, prior, encoded, told, upstream, shape).Count(value => !float.IsFinite(value));
        });
    }

    private (float[] Latent, float[] Divergence) Forward(float[] encoded, LatentShape shape)
    {
        float[] latent = [];
        float[] divergence = DeviceArrays.Result(accelerator, shape.Rows, (arrays, divergences) =>
        {
            ArrayView<float> given = arrays.Of(encoded), z = arrays.Empty((long)shape.Rows * shape.Columns);
            launcher.Forward(given, given, z, divergences, arrays.Of(LikelihoodRunner.Control), shape);
            latent = DeviceArrays.Read(z, (int)z.Length);
        });
        return (latent, divergence);
    }

    private float[] Backward(float[] encoded, float[] upstream, LatentShape shape) =>
        DeviceArrays.Result(accelerator, encoded.Length, (arrays, gradient) =>
        {
            ArrayView<float> given = arrays.Of(encoded), gates = arrays.Of([.. Enumerable.Repeat(1f, shape.Columns)]);
            // The prior N(0, 1) reads no numbers and has no gradient, but not every device takes an empty view.
            launcher.Backward(given, given, gates, arrays.Of(upstream), gradient, gates, arrays.Of(LikelihoodRunner.Control), shape);
        });

    private static (double Mean, double LogVariance) At(float[] encoded, int row, int column, LatentShape shape)
    {
        var at = row * 2 * shape.Columns + column;
        return (encoded[at], encoded[at + shape.Columns]);
    }

    private static float[] Draw(int count, Func<double> draw) => [.. Enumerable.Range(0, count).Select(_ => (float)draw())];

    private static LatentShape Shape(int rows, int columns) =>
        new() { Rows = rows, Columns = columns, Samples = 1, Purpose = RandomPurpose.Latent };
}
