namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>The proof of one likelihood's formulas on one device.</summary>
/// <remarks>
/// Loss: kernel against the definition in double precision. Gradient: against central differences of
/// the definition. Twins: fused against unfused, bit for bit. Normalization: the integral or sum of e^−loss, the kernel's own. Mean:
/// against the integral of x·p. Sampler: mean and variance of draws against those integrals, in standard errors. Extremes: how
/// many losses and gradients are not finite where outputs and data are anything finite. Shared and optimal variance: its gradient;
/// its value, and the gradient where it follows μ.
/// </remarks>
internal sealed class LikelihoodChecks(Accelerator accelerator, ReferenceLikelihood reference)
{
    private const double LossBound = 2e-6, GradientBound = 1e-5, MassBound = 5e-6, MeanBound = 2e-6, StandardErrors = 5;
    private const double Step = 1e-5;
    private static readonly ReconstructionShape Shape = new() { Rows = 3, Columns = 67 };
    private readonly CheckInputs inputs = new(17);
    private readonly bool isNormalized = reference.Likelihood.Description.IsNormalized;

    public IEnumerable<CheckResult> Run()
    {
        using var runner = new LikelihoodRunner(accelerator, reference.Likelihood, reference.Options);
        float[] outputs = inputs.Outputs(reference, Shape.Rows, Shape.Columns);
        float[] data = [.. Enumerable.Range(0, Shape.Rows * Shape.Columns).Select(_ => (float)inputs.Datum(reference))];
        (float[] loss, float[] gradient) = runner.LossAndGradient(data, outputs, Shape);
        yield return Result("loss", LossError(runner, loss, data, outputs), LossBound);
        yield return Result("gradient", GradientError(gradient, data, outputs), GradientBound);
        yield return Result("fused is unfused", Different(loss, runner.Loss(data, outputs, Shape))
            + Different(gradient, runner.Gradient(data, outputs, Shape)), 0);
        yield return Result("mean", MeanError(runner.Mean(outputs, Shape), outputs), MeanBound);
        if (isNormalized)
        {
            yield return Result("normalization", NormalizationError(runner), MassBound);
            (double mean, double variance) = SamplerErrors(runner);
            yield return Result("sampler's mean", mean, StandardErrors);
            yield return Result("sampler's variance", variance, StandardErrors);
        }
        yield return Result("finite at extremes", NotFinite(runner), 0);
        if (reference.Likelihood.Variance == VarianceSource.Learned)
            yield return Result("variance's gradient", SharedError(runner, data, outputs), GradientBound);
        if (reference.Likelihood.Variance == VarianceSource.BatchOptimal)
        {
            (double value, double following) = FitErrors(runner, data, outputs);
            yield return Result("variance", value, GradientBound);
            yield return Result("gradient, σ following", following, GradientBound);
        }
    }

    private CheckResult Result(string check, double error, double bound) => new(reference.Name, check, error, bound);

    /// <summary>The error of one dimension's loss, relative to 1 + |loss|, or of a row's, relative to the sum of those.</summary>
    private double LossError(LikelihoodRunner runner, float[] loss, float[] data, float[] outputs)
    {
        double[] terms = [.. data.Select((x, i) => reference.NegativeLog(x, At(outputs, i)))];
        float[] turned = [.. Enumerable.Range(0, data.Length).SelectMany(i => At(outputs, i)).Select(o => (float)o)];
        float[] single = runner.Loss(data, turned, new ReconstructionShape { Rows = data.Length, Columns = 1 });
        var ofDimensions = terms.Zip(single, (exact, measured) => Math.Abs(measured - exact) / (1 + Math.Abs(exact))).Aggregate(0.0, Worse);
        var ofRows = loss.Zip(terms.Chunk(Shape.Columns), (measured, row) =>
            Math.Abs(measured - row.Sum()) / row.Sum(exact => 1 + Math.Abs(exact))).Aggregate(0.0, Worse);
        return Worse(ofDimensions, ofRows);
    }

    /// <summary>Relative to 1 or the derivative, whichever is greater.</summary>
    private double GradientError(float[] gradient, float[] data, float[] outputs)
    {
        double worst = 0, weight = (double)LikelihoodRunner.Control.LikelihoodWeight / Shape.Rows;
        for (var i = 0; i < data.Length; i++)
        {
            double[] o = At(outputs, i), measured = At(gradient, i);
            for (var k = 0; k < reference.Outputs; k++)
            {
                var exact = weight * Difference(o, k, moved => reference.NegativeLog(data[i], moved));
                worst = Worse(worst, Math.Abs(measured[k] - exact) / Math.Max(weight, Math.Abs(exact)));
            }
        }
        return worst;
    }

    private double MeanError(float[] means, float[] outputs)
    {
        double worst = 0;
        for (var i = 0; i < means.Length; i++)
        {
            double[] o = At(outputs, i);
            var exact = isNormalized ? Moment(o, x => x) : 1 / (1 + Math.Exp(-o[0]));
            worst = Worse(worst, Math.Abs(means[i] - exact) / Math.Max(1, Math.Abs(exact)));
        }
        return worst;
    }

    /// <summary>A row for each node: the kernel's loss at x is rounded as x is, so x is the float nearest to the node.</summary>
    private double NormalizationError(LikelihoodRunner runner)
    {
        double worst = 0;
        for (var trial = 0; trial < 4; trial++)
        {
            double[] o = Draw();
            Quadrature integral = reference.Integral(o);
            var shape = new ReconstructionShape { Rows = integral.Nodes.Length, Columns = 1 };
            float[] x = [.. integral.Nodes.Select(node => (float)node)];
            float[] outputs = [.. Enumerable.Repeat(o, shape.Rows).SelectMany(row => row.Select(v => (float)v))];
            float[] loss = runner.Loss(x, outputs, shape);
            var mass = loss.Select((value, i) => integral.Weights[i] * Math.Exp(-(double)value)).Sum();
            worst = Worse(worst, Math.Abs(mass - 1));
        }
        return worst;
    }

    private (double Mean, double Variance) SamplerErrors(LikelihoodRunner runner)
    {
        var shape = new ReconstructionShape { Rows = 2048, Columns = 8 };
        double[][] columns = [.. Enumerable.Range(0, shape.Columns).Select(_ => Draw())];
        var outputs = new float[shape.Rows * shape.Columns * reference.Outputs];
        for (var i = 0; i < outputs.Length; i++)
            outputs[i] = (float)columns[i % shape.Columns][i / shape.Columns % reference.Outputs];
        float[] samples = runner.Sample(outputs, shape);
        double worstMean = 0, worstVariance = 0;
        for (var column = 0; column < shape.Columns; column++)
        {
            double[] o = columns[column];
            var mean = Moment(o, x => x);
            var variance = Moment(o, x => Math.Pow(x - mean, 2));
            var fourth = Moment(o, x => Math.Pow(x - mean, 4));
            double[] drawn = [.. Enumerable.Range(0, shape.Rows).Select(row => (double)samples[row * shape.Columns + column])];
            worstMean = Worse(worstMean, Math.Abs(drawn.Average() - mean) / Math.Sqrt(variance / shape.Rows));
            worstVariance = Worse(worstVariance, Math.Abs(drawn.Average(x => Math.Pow(x - mean, 2)) - variance)
                / Math.Sqrt((fourth - variance * variance) / shape.Rows + 1e-12 * variance * variance));
        }
        return (worstMean, worstVariance);
    }

    private double NotFinite(LikelihoodRunner runner)
    {
        float[] extremes = [0, 1e-45f, 1e-30f, 1, 15, 31, 89, 105, 1e4f, 1e10f, 1e19f, 1e21f, 1e30f, float.MaxValue];
        float[] signed = [.. extremes, .. extremes.Select(x => -x)];
        double[] line = [0, 1, -1e-40, 1e20, -1e20, float.MaxValue, -float.MaxValue];
        var shape = new ReconstructionShape { Rows = 32, Columns = 64 };
        float[] data =
        [
            .. Enumerable.Range(0, shape.Rows * shape.Columns)
                .Select(_ => (float)(inputs.Uniform() < 0.5 ? inputs.Pick(line) : inputs.Datum(reference))),
        ];
        float[] outputs = [.. Enumerable.Range(0, data.Length * reference.Outputs).Select(_ => inputs.Pick(signed))];
        (float[] loss, float[] gradient) = runner.LossAndGradient(data, outputs, shape);
        var values = loss.Concat(gradient);
        if (reference.Likelihood.Variance == VarianceSource.Learned)
        {
            foreach (var parameter in signed)
            {
                (float[] losses, float slope) = runner.Shared(data, outputs, parameter, shape);
                values = values.Concat(losses).Append(slope);
            }
        }
        if (reference.Likelihood.Variance == VarianceSource.BatchOptimal)
        {
            foreach (float[] means in (float[][])[outputs, data])
            {
                (float parameter, float[] losses, float[] slopes) = runner.Fit(data, means, shape);
                values = values.Concat(losses).Concat(slopes).Append(parameter);
            }
        }
        return values.Count(value => !float.IsFinite(value));
    }

    private double SharedError(LikelihoodRunner runner, float[] data, float[] outputs)
    {
        const float parameter = 0.4f;
        var start = 2 * Math.Log(reference.Options.Scale);
        var weight = (double)LikelihoodRunner.Control.LikelihoodWeight / Shape.Rows;
        double Objective(double theta) => weight * GaussianLoss(data, outputs, start + theta);
        var exact = (Objective(parameter + Step) - Objective(parameter - Step)) / (2 * Step);
        (float[] loss, float gradient) = runner.Shared(data, outputs, parameter, Shape);
        var losses = GaussianLoss(data, outputs, start + parameter);
        return Math.Max(Math.Abs(gradient - exact) / Math.Abs(exact), Math.Abs(loss.Sum(v => (double)v) - losses) / Math.Abs(losses));
    }

    private (double Value, double Following) FitErrors(LikelihoodRunner runner, float[] data, float[] outputs)
    {
        double Best(float[] moved) => Math.Log(data.Zip(moved, (x, mean) => Math.Pow((double)x - mean, 2)).Average());
        (float parameter, float[] loss, float[] gradient) = runner.Fit(data, outputs, Shape);
        var logVariance = Best(outputs);
        var losses = GaussianLoss(data, outputs, logVariance);
        var value = Math.Max(Math.Abs(parameter - (logVariance - 2 * Math.Log(reference.Options.Scale))),
            Math.Abs(loss.Sum(v => (double)v) - losses) / Math.Abs(losses));
        double following = 0, weight = (double)LikelihoodRunner.Control.LikelihoodWeight / Shape.Rows;
        for (var i = 0; i < outputs.Length; i += 7)
        {
            double At(float moved)
            {
                float[] other = [.. outputs];
                other[i] = moved;
                return GaussianLoss(data, other, Best(other));
            }
            float above = outputs[i] + 0.01f, below = outputs[i] - 0.01f;
            var exact = weight * (At(above) - At(below)) / ((double)above - below);
            following = Worse(following, Math.Abs(gradient[i] - exact) / Math.Max(weight, Math.Abs(exact)));
        }
        return (value, following);
    }

    /// <summary>The sum over the batch, from the definition.</summary>
    private static double GaussianLoss(float[] data, float[] means, double logVariance) => data.Zip(means, (x, mean) =>
        Math.Pow((double)x - mean, 2) / (2 * Math.Exp(logVariance)) + 0.5 * Math.Log(2 * Math.PI) + 0.5 * logVariance).Sum();

    private double Moment(double[] o, Func<double, double> f) =>
        reference.Integral(o).Sum(x => f(x) * Math.Exp(-reference.NegativeLog(x, o)));

    private static double Difference(double[] o, int k, Func<double[], double> f)
    {
        double[] above = [.. o], below = [.. o];
        above[k] += Step;
        below[k] -= Step;
        return (f(above) - f(below)) / (2 * Step);
    }

    /// <summary>Outputs rounded to floats.</summary>
    private double[] Draw() => [.. reference.DrawOutputs(inputs.Normal).Select(o => (double)(float)o)];

    /// <summary>The numbers of element i, plane by plane.</summary>
    private double[] At(float[] planes, int i) => [.. Enumerable.Range(0, reference.Outputs)
        .Select(k => (double)planes[(i / Shape.Columns * reference.Outputs + k) * Shape.Columns + i % Shape.Columns])];

    private static double Different(float[] a, float[] b) =>
        a.Zip(b).Count(pair => BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second));

    /// <summary>The greater; NaN wins.</summary>
    private static double Worse(double worst, double error) => error <= worst ? worst : error;
}
