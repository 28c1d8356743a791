using VaeGpu.Kernels;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Numerics;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Tests.Kernels;

public class StepTests
{
    [EveryDevice]
    public void Adam_follows_the_paper(TestDevice device) => device.Run(accelerator =>
    {
        const int count = 101;
        var inputs = new Inputs();
        float[] start = inputs.Normal(count);
        using var parameters = new Guarded(accelerator, start);
        using var first = new Guarded(accelerator, new float[count]);
        using var second = new Guarded(accelerator, new float[count]);
        using var decayed = new Guarded(accelerator, new float[1]);
        double[] theta = Array.ConvertAll(start, x => (double)x), m = new double[count], v = new double[count];
        var kernel = Adam.Run;
        for (int step = 1; step <= 20; step++)
        {
            float[] values = inputs.Normal(count);
            using var gradients = new Guarded(accelerator, values);
            using var control = accelerator.Allocate1D(new[] { new ControlBlock { Step = step, LearningRate = 0.01f } });
            var shape = new FlatShape { Length = count, PerThread = 3 };
            accelerator.LoadStreamKernel(kernel)((Launch.Groups(count, 48), 16),
                parameters.View, gradients.View, first.View, second.View, decayed.View, control.View, shape, AdamSettings.Of());
            for (int i = 0; i < count; i++)
            {
                m[i] = 0.9 * m[i] + 0.1 * values[i];
                v[i] = 0.999 * v[i] + 0.001 * values[i] * values[i];
                theta[i] -= 0.01 * (m[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
            }
        }
        Compare.Close(parameters.Read(), i => theta[i], 2e-5, 0.1, "parameters");
        Compare.Close(first.Read(), i => m[i], 1e-5, 0.1, "first moments");
        Compare.Close(second.Read(), i => v[i], 1e-5, 1e-3, "second moments");
        return true;
    });

    /// <summary>Some processors take a hundred times as long over subnormal numbers, into which moments without gradient decay.</summary>
    [EveryDevice]
    public void Adam_s_moments_are_never_subnormal_and_no_parameter_notices(TestDevice device) => device.Run(accelerator =>
    {
        float[] gradients = [0, 0, 0, 1e-18f, -1e-18f, -1e-30f, 1e-12f, 2e-17f, .. new Inputs().Normal(30)];
        float[] first = [1.2e-38f, -1e-37f, 0, 0, 0, 1e-37f, 0, 0, .. new Inputs().Normal(30)];
        float[] second = [1.176e-38f, 1e-37f, 0, 0, 1.176e-38f, 1e-30f, 0, 0, .. new Inputs().Uniform(30)];
        float[] start = new Inputs().Normal(gradients.Length);
        (float[] theta, float[] m, float[] v) = Step(accelerator, start, gradients, first, second, AdamSettings.Of());
        Assert.That(m.Concat(v), Has.None.Matches<float>(float.IsSubnormal));
        Assert.That((m[0], v[0], v[3], v[4]), Is.EqualTo((0f, 0f, 0f, 0f)));
        Assert.That(new[] { m[1], m[3], v[1], v[6], v[7] }, Has.None.Zero);
        Compare.Bits(theta, PlainStep(start, gradients, first, second, AdamSettings.Of()), "parameters");
        // Beside a smaller ε the same gradient counts.
        AdamSettings small = AdamSettings.Of(epsilon: 1e-20);
        (theta, _, v) = Step(accelerator, start, gradients, first, second, small);
        Assert.That(new[] { v[3], v[4] }, Has.None.Zero);
        Compare.Bits(theta, PlainStep(start, gradients, first, second, small), "parameters with a small ε");
        return true;
    });

    private const int Steps = 3;

    private static (float[] Parameters, float[] First, float[] Second) Step(
        Accelerator accelerator, float[] start, float[] gradients, float[] firstMoments, float[] secondMoments, AdamSettings settings)
    {
        using var parameters = new Guarded(accelerator, start);
        using var gradient = new Guarded(accelerator, gradients);
        using var first = new Guarded(accelerator, firstMoments);
        using var second = new Guarded(accelerator, secondMoments);
        using var decayed = new Guarded(accelerator, new float[1]);
        using var control = accelerator.Allocate1D(new[] { new ControlBlock { Step = Steps, LearningRate = 0.01f } });
        var shape = new FlatShape { Length = start.Length, PerThread = 2 };
        var kernel = Adam.Run;
        accelerator.LoadStreamKernel(kernel)((Launch.Groups(start.Length, 32), 16),
            parameters.View, gradient.View, first.View, second.View, decayed.View, control.View, shape, settings);
        return (parameters.Read(), first.Read(), second.Read());
    }

    /// <summary>The parameters after a step that keeps what is small.</summary>
    private static float[] PlainStep(
        float[] start, float[] gradients, float[] firstMoments, float[] secondMoments, AdamSettings settings)
    {
        float size = 0.01f / -Exponential.Expm1(Steps * settings.LogBeta1);
        float scale = 1f / MathF.Sqrt(-Exponential.Expm1(Steps * settings.LogBeta2));
        return
        [
            .. start.Select((theta, i) =>
            {
                float g = gradients[i], m = MathF.FusedMultiplyAdd(settings.Beta1, firstMoments[i], settings.Rest1 * g);
                float v = MathF.FusedMultiplyAdd(settings.Beta2, secondMoments[i], settings.Rest2 * g * g);
                return theta - size * (m / MathF.FusedMultiplyAdd(MathF.Sqrt(v), scale, settings.Epsilon));
            }),
        ];
    }

    [TestCase(0, 0.999)]
    [TestCase(0.9, 1)]
    public void Adam_s_decay_rates_lie_between_0_and_1(double beta1, double beta2) =>
        Assert.That(() => AdamSettings.Of(beta1, beta2), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void The_shuffle_is_a_permutation_for_every_size()
    {
        foreach (int count in (int[])[1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 257, 1000, 4096, 4097, 60000])
        {
            int half = Shuffle.HalfBits(count);
            for (int epoch = 0; epoch < 3; epoch++)
            {
                var seen = new bool[count];
                for (int i = 0; i < count; i++)
                {
                    int to = Shuffle.Permute(i, count, half, 9, epoch);
                    Assert.That(to >= 0 && to < count && !seen[to], $"n = {count}, epoch {epoch}: {i} goes to {to}");
                    seen[to] = true;
                }
            }
        }
    }

    [Test]
    public void The_shuffle_looks_random()
    {
        const int count = 1000, epochs = 4000;
        int half = Shuffle.HalfBits(count), neighbors = 0;
        var landed = new int[count];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            int first = Shuffle.Permute(0, count, half, 1, epoch);
            landed[first]++;
            neighbors += Math.Abs(Shuffle.Permute(1, count, half, 1, epoch) - first) == 1 ? 1 : 0;
        }
        double chiSquare = landed.Sum(n => Math.Pow(n - (double)epochs / count, 2) / ((double)epochs / count));
        Assert.Multiple(() =>
        {
            Assert.That(chiSquare, Is.InRange(count - 1 - 6 * Math.Sqrt(2 * count), count - 1 + 6 * Math.Sqrt(2 * count)));
            Assert.That(neighbors, Is.LessThan(30));
        });
    }

    [EveryDevice]
    public void A_batch_is_gathered_through_the_permutation(TestDevice device) => device.Run(accelerator =>
    {
        const int count = 61, columns = 67, rows = 35;
        byte[] bytes = new Inputs().Bytes(count * columns);
        var now = new ControlBlock { Seed = 4, Epoch = 2, Position = 26 };
        using var data = accelerator.Allocate1D(bytes);
        using var control = accelerator.Allocate1D(new[] { now });
        var kernel = Batch.Gather;
        foreach ((int half, int groupSize) in (new[] { 0, Shuffle.HalfBits(count) }).SelectMany(half => new[] { (half, 16), (half, 32) }))
        {
            using var batch = new Guarded(accelerator, rows * columns);
            var shape = new BatchShape { Rows = rows, Columns = columns, Count = count, HalfBits = half };
            accelerator.LoadStreamKernel(kernel)(
                (Batch.GroupsFor(rows, groupSize), groupSize), data.View, batch.View, control.View, shape);
            var expected = new float[rows * columns];
            for (int i = 0; i < expected.Length; i++)
            {
                int position = now.Position + i / columns;
                int source = half == 0 ? position : Shuffle.Permute(position, count, half, now.Seed, now.Epoch);
                expected[i] = bytes[source * columns + i % columns] / 255f;
            }
            Compare.Bits(batch.Read(), expected, $"batch, half {half}, groups of {groupSize}");
            using var table = accelerator.Allocate1D(Array.ConvertAll(bytes, level => level / 255f));
            using var taken = new Guarded(accelerator, rows * columns);
            var valuesKernel = Batch.GatherValues;
            accelerator.LoadStreamKernel(valuesKernel)((rows, 16), table.View, taken.View, control.View, shape);
            Compare.Bits(taken.Read(), expected, $"batch of floats, half {half}");
        }
        return true;
    });

    [Test]
    public void A_gray_level_is_the_quotient_correctly_rounded() => Assert.That(
        Enumerable.Range(0, 256).Select(gray => Batch.Level((byte)gray)), Is.EqualTo(Enumerable.Range(0, 256).Select(gray => gray / 255f)));

    [EveryDevice]
    public void A_batch_is_binarized_anew_as_it_is_gathered(TestDevice device) => device.Run(accelerator =>
    {
        const int count = 19, columns = 37;
        byte[] bytes = new Inputs().Bytes(count * columns);
        (bytes[0], bytes[1]) = (0, 255);
        using var data = accelerator.Allocate1D(bytes);
        foreach (int groupSize in (int[])[16, 32])
        {
            float[] first = Gather(1, groupSize), later = Gather(2, groupSize);
            Assert.That(first, Is.All.EqualTo(0).Or.EqualTo(1));
            Assert.That((first[0], first[1]), Is.EqualTo((0, 1)));
            Assert.That(later, Is.Not.EqualTo(first));
            for (int i = 0; i < first.Length; i++)
            {
                RandomWords words = Philox.Draw(4, RandomPurpose.Binarize, 1, (uint)i);
                Assert.That(
                    first[i], Is.EqualTo(Philox.Uniform(words.A) < bytes[i] / 255f ? 1 : 0), $"element {i}, groups of {groupSize}");
            }
        }
        return true;

        float[] Gather(int step, int groupSize)
        {
            using var batch = new Guarded(accelerator, count * columns);
            using var control = accelerator.Allocate1D(new[] { new ControlBlock { Seed = 4, Step = step } });
            var kernel = Batch.GatherBinarized;
            accelerator.LoadStreamKernel(kernel)((Batch.GroupsFor(count, groupSize), groupSize), data.View, batch.View, control.View,
                new BatchShape { Rows = count, Columns = columns, Count = count });
            return batch.Read();
        }
    });

    [Test]
    public void Binarized_levels_have_the_mean_that_they_say()
    {
        using var backend = VaeGpu.Kernels.Devices.Backend.Open("cpu");
        const int rows = 200, columns = 256;
        byte[] bytes = [.. Enumerable.Range(0, rows * columns).Select(i => (byte)(i % columns))];
        using var data = backend.Accelerator.Allocate1D(bytes);
        using var batch = backend.Accelerator.Allocate1D<float>(bytes.Length);
        using var control = backend.Accelerator.Allocate1D(new[] { new ControlBlock { Seed = 8, Step = 1 } });
        new StepLauncher(backend.Accelerator).Gather(data.View, batch.View, control.View,
            new BatchShape { Rows = rows, Columns = columns, Count = rows, Binarize = 1 });
        float[] drawn = batch.GetAsArray1D();
        double chiSquare = Enumerable.Range(1, columns - 2).Sum(level =>
        {
            double p = level / 255.0, ones = Enumerable.Range(0, rows).Sum(row => drawn[row * columns + level]);
            return Math.Pow(ones - rows * p, 2) / (rows * p * (1 - p));
        });
        Assert.That(chiSquare, Is.InRange(254 - 6 * Math.Sqrt(508), 254 + 6 * Math.Sqrt(508)));
    }

    [EveryDevice]
    public void First_values_follow_their_distribution(TestDevice device) => device.Run(accelerator =>
    {
        const int count = 1003;
        var shape = new FlatShape { Length = count, PerThread = 2 };
        var initial = new InitialValues { Scale = 0.5f, Seed = 1, Tensor = 3 };
        var uniform = Initialize.Uniform;
        var normal = Initialize.Normal;
        using var flat = new Guarded(accelerator, count);
        using var bell = new Guarded(accelerator, count);
        accelerator.LoadStreamKernel(uniform)((Launch.Groups(count, 32), 16), flat.View, shape, initial);
        accelerator.LoadStreamKernel(normal)((Launch.Groups(count, 32), 16), bell.View, shape, initial);
        float[] u = flat.Read(), n = bell.Read();
        float Drawn(int i) => 0.5f * (2f * Philox.Uniform(Philox.Draw(1, RandomPurpose.Weights, 3, (uint)i).A) - 1f);
        Compare.Bits(u, [.. Enumerable.Range(0, count).Select(Drawn)], "uniform");
        Assert.That(u, Is.All.InRange(-0.5f, 0.5f));
        Assert.That(n.Average(), Is.EqualTo(0).Within(0.1));
        Assert.That(n.Average(x => x * x), Is.EqualTo(0.25).Within(0.07));
        return true;
    });

    [EveryDevice]
    public void Sums_are_kept_and_the_first_failure_is_remembered(TestDevice device) => device.Run(accelerator =>
    {
        const int rows = 100;
        var inputs = new Inputs();
        using var sums = accelerator.Allocate1D(new MetricSums[1]);
        using var control = accelerator.Allocate1D(new[] { new ControlBlock { Step = 1 } });
        using var sumsApart = accelerator.Allocate1D(new MetricSums[1]);
        using var controlApart = accelerator.Allocate1D(new[] { new ControlBlock { Step = 1 } });
        var kernel = Metrics.EndStep<Constant>;
        var addLosses = Metrics.AddLosses;
        var countOn = Metrics.CountOn<Constant>;
        double expected = 0;
        for (int step = 1; step <= 50; step++)
        {
            float[] losses = inputs.Normal(rows, 1000);
            expected += losses.Sum(x => (double)x);
            using var loss = new Guarded(accelerator, losses);
            using var divergence = new Guarded(accelerator, step == 30 ? [.. Enumerable.Repeat(float.NaN, rows)] : new float[rows]);
            var shape = new StepShape { Rows = rows, Count = 250 };
            accelerator.LoadStreamKernel(kernel)((1, 16), loss.View, divergence.View, sums.View, control.View, shape);
            accelerator.LoadStreamKernel(addLosses)((1, 16), loss.View, divergence.View, sumsApart.View, controlApart.View, shape);
            accelerator.LoadStreamKernel(countOn)((1, 16), controlApart.View, shape);
        }
        MetricSums total = sums.GetAsArray1D()[0];
        ControlBlock now = control.GetAsArray1D()[0];
        Assert.Multiple(() =>
        {
            Assert.That((double)total.NegativeLogLikelihood + total.NegativeLogLikelihoodLost, Is.EqualTo(expected).Within(0.3));
            Assert.That(total.Rows, Is.EqualTo(50 * rows));
            Assert.That(total.FirstNonFiniteStep, Is.EqualTo(30));
            Assert.That((now.Step, now.Epoch, now.Position), Is.EqualTo((51, 16, 200)));
            Assert.That(sumsApart.GetAsArray1D()[0], Is.EqualTo(total), "two launches");
            Assert.That(controlApart.GetAsArray1D()[0], Is.EqualTo(now), "two launches");
        });
        return true;
    });
}
