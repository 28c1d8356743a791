using System.Reflection;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Kernels;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Step;
using VaeGpu.Training.Diagnostics.Checks;

namespace VaeGpu.Tests.Kernels;

public class LikelihoodTests
{
    private static readonly ControlBlock Control = new() { Seed = 3, Step = 2, LikelihoodWeight = 1.5f };
    private static readonly Dictionary<(string Law, string What), (string Device, float[] Bits)> First = [];

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.ThatProve))]
    public void Every_formula_is_proven(TestDevice device) => device.Run(accelerator =>
    {
        foreach (CheckResult result in FormulaChecks.Run(accelerator))
        {
            TestContext.Out.WriteLine($"{result.Subject,-32} {result.Check,-24} {result.Error:E2} ≤ {result.Bound:E1}");
            Assert.That(result.Passed, $"{result}");
        }
        return true;
    });

    [EveryDevice]
    public void Every_device_gives_the_same_bits_and_keeps_to_its_buffers(TestDevice device) => device.Run(accelerator =>
    {
        foreach (ReferenceLikelihood reference in ReferenceLikelihoods.All)
        {
            foreach ((int rows, int columns) in ((int, int)[])[(1, 1), (2, 65)])
                Compute(accelerator, device, reference, new ReconstructionShape { Rows = rows, Columns = columns });
        }
        return true;
    });

    [EveryDevice]
    public void Draws_share_their_row_of_data(TestDevice device) => device.Run(accelerator =>
    {
        const int rows = 2, draws = 3, columns = 19;
        var inputs = new Inputs();
        foreach (ReferenceLikelihood reference in ReferenceLikelihoods.All)
        {
            Likelihood likelihood = reference.Likelihood;
            using var launcher = new LikelihoodLauncher(accelerator, likelihood, likelihood.Settings(reference.Options));
            float[] examples = inputs.Uniform(rows * columns), decoded = inputs.Normal(rows * draws * columns * reference.Outputs);
            float[] repeated = [.. examples.Chunk(columns).SelectMany(row => Enumerable.Repeat(row, draws)).SelectMany(row => row)];
            var shape = new ReconstructionShape { Rows = rows * draws, Columns = columns };
            (float[] Loss, float[] Gradient, float[] Evaluated) shared = Run(examples, shape with { Repeats = draws });
            (float[] Loss, float[] Gradient, float[] Evaluated) own = Run(repeated, shape);
            Compare.Bits(shared.Loss, own.Loss, reference.Name);
            Compare.Bits(shared.Gradient, own.Gradient, reference.Name);
            Compare.Bits(shared.Evaluated, own.Evaluated, reference.Name);

            (float[], float[], float[]) Run(float[] data, ReconstructionShape sizes)
            {
                using Guarded x = new(accelerator, data), outputs = new(accelerator, decoded);
                using Guarded losses = new(accelerator, sizes.Rows), evaluated = new(accelerator, sizes.Rows);
                using Guarded parameter = new(accelerator, [0.3f]);
                using var control = accelerator.Allocate1D(new[] { Control });
                launcher.Variance?.Prepare(parameter.View);
                if (reference.Likelihood == Likelihood.GaussianOptimal)
                    launcher.Variance!.Fit(x.View, outputs.View, losses.View, parameter.View, sizes);
                launcher.Loss(x.View, outputs.View, evaluated.View, sizes);
                launcher.LossAndGradient(x.View, outputs.View, losses.View, control.View, sizes);
                return (losses.Read(), outputs.Read(), evaluated.Read());
            }
        }
        return true;
    });

    [Test]
    public void A_setting_beyond_its_range_is_refused([Each] Likelihood likelihood)
    {
        foreach (PropertyInfo property in likelihood.Description.Options.Select(name => typeof(LikelihoodOptions).GetProperty(name)!))
        {
            SettingAttribute setting = property.GetCustomAttribute<SettingAttribute>()!;
            LikelihoodSettings With(double value)
            {
                var options = new LikelihoodOptions();
                property.SetValue(options, property.PropertyType == typeof(int) ? (object)(int)value : value);
                return likelihood.Settings(options);
            }
            Assert.That(() => With(setting.Least), Throws.Nothing);
            Assert.That(() => With(setting.Most), Throws.Nothing);
            double[] beyond = property.PropertyType == typeof(int)
                ? [setting.Least - 1, setting.Most + 1]
                : [setting.Least - 1e-9, setting.Most * 1.001, double.NaN];
            foreach (double value in beyond)
                Assert.That(() => With(value), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(setting.Name));
        }
    }

    [Test]
    public void A_byte_has_256_symbols_at_most() =>
        Assert.That(() => Categorical.SettingsOfSymbols(257), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_byte_of_a_picture_is_its_own_class_of_256()
    {
        LikelihoodSettings settings = Categorical.Settings(256), symbols = Categorical.SettingsOfSymbols(40);
        for (int level = 0; level < 256; level++)
            Assert.That(GrayLevels.Class(level / 255f, settings, 256), Is.EqualTo(level));
        for (int symbol = 0; symbol < 40; symbol++)
            Assert.That(GrayLevels.Class(symbol / 255f, symbols, 40), Is.EqualTo(symbol));
        for (int classes = 2; classes < 256; classes++)
        {
            LikelihoodSettings fewer = Categorical.Settings(classes);
            for (int k = 0; k < classes; k++)
                Assert.That(GrayLevels.Class(k / fewer.Width, fewer, classes), Is.EqualTo(k), $"{k} of {classes}");
        }
    }

    [TestCase(0.01)]
    [TestCase(1)]
    [TestCase(2.5)]
    [TestCase(100)]
    public void Huber_s_normalizers_hold_for_every_width(double delta)
    {
        static double Integral(Func<double, double> loss, double to)
        {
            const int steps = 2_000_000;
            double step = to / steps;
            return 2 * step * Enumerable.Range(0, steps).Sum(i => Math.Exp(-loss((i + 0.5) * step)));
        }
        double end = 40 + 40 / delta;
        double huber = Integral(t => t <= delta ? t * t / 2 : delta * (t - delta / 2), end);
        double pseudo = Integral(t => t * t / (Math.Sqrt(1 + t / delta * (t / delta)) + 1), end);
        Assert.Multiple(() =>
        {
            Assert.That(Huber.Settings(0.5, delta).Constant, Is.EqualTo(Math.Log(0.5 * huber)).Within(1e-6));
            Assert.That(PseudoHuber.Settings(0.5, delta).Constant, Is.EqualTo(Math.Log(0.5 * pseudo)).Within(1e-6));
        });
    }

    [Test]
    public void A_shared_variance_comes_to_rest_at_the_mean_squared_error()
    {
        const double sigma = 0.1;
        using var backend = VaeGpu.Kernels.Devices.Backend.Open("cpu");
        Accelerator accelerator = backend.Accelerator;
        var shape = new ReconstructionShape { Rows = 7, Columns = 50 };
        var inputs = new Inputs();
        float[] x = inputs.Uniform(shape.Rows * shape.Columns), mean = inputs.Normal(x.Length);
        using var launcher = new LikelihoodLauncher(accelerator, Likelihood.GaussianShared, Gaussian.Settings(sigma));
        using var control = accelerator.Allocate1D(new[] { Control with { LikelihoodWeight = 1 } });
        using var data = new Guarded(accelerator, x);
        using var outputs = new Guarded(accelerator, mean);
        using var losses = new Guarded(accelerator, shape.Rows);
        using var slope = new Guarded(accelerator, 1);
        float theta = 5.2f;
        for (int step = 0; step < 100; step++)
        {
            using var parameter = new Guarded(accelerator, [theta]);
            launcher.Variance!.Prepare(parameter.View);
            launcher.Loss(data.View, outputs.View, losses.View, shape);
            launcher.Variance.Gradient(losses.View, parameter.View, slope.View, control.View, shape);
            // At rest the second derivative is D/2.
            theta -= slope.Read()[0] / shape.Columns;
        }
        double expected = Math.Log(x.Zip(mean, (a, b) => Math.Pow((double)a - b, 2)).Average()) - 2 * Math.Log(sigma);
        Assert.That(theta, Is.EqualTo(expected).Within(1e-5));
    }

    private static void Compute(Accelerator accelerator, TestDevice device, ReferenceLikelihood reference, ReconstructionShape shape)
    {
        var random = new Random(shape.Columns);
        float[] Draw(int count, double from, double to) =>
            [.. Enumerable.Range(0, count).Select(_ => (float)(from + (to - from) * random.NextDouble()))];
        using var launcher = new LikelihoodLauncher(accelerator, reference.Likelihood, reference.Likelihood.Settings(reference.Options));
        Assert.That(launcher.Outputs, Is.EqualTo(reference.Outputs), reference.Name);
        using var control = accelerator.Allocate1D(new[] { Control });
        using var data = new Guarded(accelerator, Draw(shape.Rows * shape.Columns, 0, 1));
        using var outputs = new Guarded(accelerator, Draw(shape.Rows * shape.Columns * reference.Outputs, -3, 3));
        using var losses = new Guarded(accelerator, shape.Rows);
        using var means = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var samples = new Guarded(accelerator, shape.Rows * shape.Columns);
        using var parameter = new Guarded(accelerator, [0.3f]);
        using var slope = new Guarded(accelerator, 1);
        launcher.Variance?.Prepare(parameter.View);
        launcher.Mean(outputs.View, means.View, shape);
        launcher.Sample(outputs.View, samples.View, control.View, shape);
        if (reference.Likelihood == Likelihood.GaussianOptimal)
            launcher.Variance!.Fit(data.View, outputs.View, losses.View, parameter.View, shape);
        launcher.LossAndGradient(data.View, outputs.View, losses.View, control.View, shape);
        launcher.Variance?.Gradient(losses.View, parameter.View, slope.View, control.View, shape);
        if (launcher.Variance is not null)
        {
            Same("variance", parameter);
            Same("variance's gradient", slope);
        }
        Same("mean", means);
        Same("sample", samples);
        Same("loss", losses);
        Same("gradient", outputs);

        void Same(string what, Guarded buffer)
        {
            float[] values = buffer.Read();
            lock (First)
            {
                var key = (reference.Name, $"{what}, {shape.Columns} columns");
                First.TryAdd(key, (device.ToString(), values));
                Compare.Bits(values, First[key].Bits, $"{key} on {device} and on {First[key].Device}");
            }
        }
    }
}
