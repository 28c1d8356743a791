using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>The proof of the categorical columns of tables on one device.</summary>
/// <remarks>
/// As <see cref="LikelihoodChecks"/>: the loss against its definition in double precision, the gradient against central differences of
/// that, fused against unfused, the most probable category, the sum of e^−loss over the categories, the draws' frequencies in standard
/// errors, what is not finite at extremes; and the one-hot columns.
/// </remarks>
internal sealed class CategoricalColumnChecks(Accelerator accelerator)
{
    private const double LossBound = 2e-6, GradientBound = 1e-5, MassBound = 5e-6, StandardErrors = 5, Step = 1e-5;
    private const int Rows = 3, Numbers = 2, OutputsOfNumber = 2, Drawn = 4096;
    private const int First = Numbers * OutputsOfNumber;
    private const float Before = 1.5f;
    private static readonly int[] Categories = [2, 1, 5, 255];
    private readonly CheckInputs inputs = new(23);

    /// <summary>The definition: Σⱼ log Σₖ e^l_jk − l_j,xⱼ of a row of codes and its outputs.</summary>
    public static double NegativeLog(IReadOnlyList<int> categories, ReadOnlySpan<double> codes, ReadOnlySpan<double> logits)
    {
        double sum = 0;
        int start = 0;
        for (var column = 0; column < categories.Count; column++)
        {
            double[] own = logits.Slice(start, categories[column]).ToArray();
            double greatest = own.Max();
            sum += greatest + Math.Log(own.Sum(l => Math.Exp(l - greatest))) - own[(int)codes[column]];
            start += categories[column];
        }
        return sum;
    }

    public IEnumerable<CheckResult> Run()
    {
        float[] data = Data(Categories, Rows), outputs = Outputs(Categories, Rows);
        (float[] loss, float[] gradient) = LossAndGradient(Categories, data, outputs, Rows);
        yield return Result("loss", LossError(data, outputs, loss), LossBound);
        yield return Result("gradient", GradientError(data, outputs, gradient), GradientBound);
        yield return Result("fused is unfused", Unfused(data, outputs, loss, gradient), 0);
        yield return Result("most probable category", ModeErrors(outputs), 0);
        yield return Result("one-hot columns", OneHotErrors(data), 0);
        yield return Result("normalization", NormalizationError(), MassBound);
        yield return Result("frequencies of draws", FrequencyError(), StandardErrors);
        yield return Result("finite at extremes", NotFinite(), 0);
    }

    private static CheckResult Result(string check, double error, double bound) => new("categorical columns", check, error, bound);

    private static int Width(int[] categories) => Numbers + categories.Length;

    private static int OutputWidth(int[] categories) => First + categories.Sum();

    private float[] Data(int[] categories, int rows) => [.. Enumerable.Range(0, rows * Width(categories)).Select(i =>
        i % Width(categories) < Numbers
            ? (float)inputs.Normal()
            : (float)Math.Floor(inputs.Uniform() * categories[i % Width(categories) - Numbers]))];

    private float[] Outputs(int[] categories, int rows) =>
        [.. Enumerable.Range(0, rows * OutputWidth(categories)).Select(_ => (float)(2 * inputs.Normal()))];

    private double LossError(float[] data, float[] outputs, float[] loss) =>
        loss.Select((measured, row) => Error(measured, Before + Exact(data, outputs, row))).Aggregate(0.0, Worse);

    private static double Exact(float[] data, float[] outputs, int row) =>
        NegativeLog(Categories, Codes(data, row), LogitsOf(outputs, row));

    private static double[] Codes(float[] data, int row) =>
        [.. data.Skip(row * Width(Categories) + Numbers).Take(Categories.Length).Select(code => (double)code)];

    private static double[] LogitsOf(float[] outputs, int row) =>
        [.. outputs.Skip(row * OutputWidth(Categories) + First).Take(Categories.Sum()).Select(logit => (double)logit)];

    private static double Error(double measured, double exact) => Math.Abs(measured - exact) / (1 + Math.Abs(exact));

    private static double GradientError(float[] data, float[] outputs, float[] gradient)
    {
        double worst = 0, weight = (double)LikelihoodRunner.Control.LikelihoodWeight / Rows;
        for (var row = 0; row < Rows; row++)
        {
            double[] codes = Codes(data, row), logits = LogitsOf(outputs, row);
            for (var k = 0; k < logits.Length; k++)
            {
                double[] above = [.. logits], below = [.. logits];
                above[k] += Step;
                below[k] -= Step;
                double slope = (NegativeLog(Categories, codes, above) - NegativeLog(Categories, codes, below)) / (2 * Step);
                worst = Worse(worst, Math.Abs(gradient[row * OutputWidth(Categories) + First + k] - weight * slope) / weight);
            }
            // The outputs of the numbers are another kernel's.
            for (var i = row * OutputWidth(Categories); i < row * OutputWidth(Categories) + First; i++)
                worst = Worse(worst, gradient[i] == outputs[i] ? 0 : 1);
        }
        return worst;
    }

    private double Unfused(float[] data, float[] outputs, float[] loss, float[] gradient)
    {
        float[] slopes = With(Categories, outputs.Length, (launcher, arrays, result) =>
        {
            result.CopyFromCPU(outputs);
            launcher.Gradient(arrays.Of(data), arrays.Of(outputs), result, arrays.Of(LikelihoodRunner.Control), Rows);
        });
        return Different(slopes, gradient) + Different(Loss(Categories, data, outputs, Rows), loss);
    }

    private double ModeErrors(float[] outputs)
    {
        float[] modes = With(
            Categories, Rows * Width(Categories), (launcher, arrays, result) => launcher.Mode(arrays.Of(outputs), result, Rows));
        int wrong = 0;
        for (var row = 0; row < Rows; row++)
        {
            double[] logits = LogitsOf(outputs, row);
            for (int column = 0, start = 0; column < Categories.Length; start += Categories[column++])
            {
                double[] own = logits[start..(start + Categories[column])];
                wrong += modes[row * Width(Categories) + Numbers + column] == Array.IndexOf(own, own.Max()) ? 0 : 1;
            }
        }
        return wrong;
    }

    private double OneHotErrors(float[] data)
    {
        float[] expected = [.. Enumerable.Range(0, Rows).SelectMany(row => (IEnumerable<float>)
        [
            .. data.Skip(row * Width(Categories)).Take(Numbers),
            .. Codes(data, row).SelectMany((code, column) => Enumerable.Range(0, Categories[column]).Select(k => k == code ? 1f : 0f)),
        ])];
        float[] found = With(Categories, expected.Length, (launcher, arrays, result) => launcher.OneHot(arrays.Of(data), result, Rows));
        return Different(expected, found);
    }

    /// <summary>A row for each category of a column.</summary>
    private double NormalizationError()
    {
        const int count = 37;
        float[] one = Outputs([count], 1);
        float[] outputs = [.. Enumerable.Repeat(one, count).SelectMany(row => row)];
        float[] data = [.. Enumerable.Range(0, count).SelectMany(code => (float[])[0, 0, code])];
        return Math.Abs(Loss([count], data, outputs, count).Sum(loss => Math.Exp(-((double)loss - Before))) - 1);
    }

    private double FrequencyError()
    {
        int[] categories = [4, 2];
        float[] one = Outputs(categories, 1);
        float[] outputs = [.. Enumerable.Repeat(one, Drawn).SelectMany(row => row)];
        float[] drawn = With(categories, Drawn * Width(categories), (launcher, arrays, result) =>
            launcher.Sample(arrays.Of(outputs), result, arrays.Of(LikelihoodRunner.Control), Drawn));
        double worst = 0;
        for (int column = 0, start = First; column < categories.Length; start += categories[column++])
        {
            double total = Enumerable.Range(start, categories[column]).Sum(k => Math.Exp(one[k]));
            for (var code = 0; code < categories[column]; code++)
            {
                double p = Math.Exp(one[start + code]) / total;
                double found = Enumerable.Range(0, Drawn).Count(row => drawn[row * Width(categories) + Numbers + column] == code);
                worst = Worse(worst, Math.Abs(found / Drawn - p) / Math.Sqrt(p * (1 - p) / Drawn));
            }
        }
        return worst;
    }

    private double NotFinite()
    {
        float[] extremes = [0, 1, -1, 1e-45f, 89, -105, 1e10f, -1e19f, 1e21f, -1e30f, float.MaxValue, -float.MaxValue];
        float[] data = Data(Categories, Rows);
        float[] outputs = [.. Enumerable.Range(0, Rows * OutputWidth(Categories)).Select(_ => inputs.Pick(extremes))];
        (float[] loss, float[] gradient) = LossAndGradient(Categories, data, outputs, Rows);
        return loss.Concat(gradient).Count(value => !float.IsFinite(value));
    }

    private float[] Loss(int[] categories, float[] data, float[] outputs, int rows) => With(categories, rows, (launcher, arrays, losses) =>
    {
        losses.CopyFromCPU([.. Enumerable.Repeat(Before, rows)]);
        launcher.Loss(arrays.Of(data), arrays.Of(outputs), losses, rows);
    });

    private (float[] Loss, float[] Gradient) LossAndGradient(int[] categories, float[] data, float[] outputs, int rows)
    {
        float[] gradient = [];
        float[] loss = With(categories, rows, (launcher, arrays, losses) =>
        {
            losses.CopyFromCPU([.. Enumerable.Repeat(Before, rows)]);
            ArrayView<float> given = arrays.Of(outputs);
            launcher.LossAndGradient(arrays.Of(data), given, losses, arrays.Of(LikelihoodRunner.Control), rows);
            gradient = DeviceArrays.Read(given, outputs.Length);
        });
        return (loss, gradient);
    }

    private float[] With(int[] categories, int length, Action<CategoricalLauncher, DeviceArrays, ArrayView<float>> launch)
    {
        using var launcher = new CategoricalLauncher(accelerator, Numbers, categories, OutputsOfNumber);
        return DeviceArrays.Result(accelerator, length, (arrays, result) => launch(launcher, arrays, result));
    }

    private static double Different(float[] a, float[] b) =>
        a.Zip(b).Count(pair => BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second));

    /// <summary>The greater; NaN wins.</summary>
    private static double Worse(double worst, double error) => error <= worst ? worst : error;
}
