using VaeGpu.Kernels;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Tests.Kernels;

public class ClippingTests
{
    private const int Group = 16;

    [EveryDevice]
    public void The_norm_is_right_and_has_the_same_bits_for_every_group_size(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach (int length in (int[])[1, 63, GradientNorm.Chunk - 1, GradientNorm.Chunk + 1, 2 * GradientNorm.Chunk + 17])
        {
            float[] gradients = inputs.Normal(length);
            float[] norms = [.. ((int[])[Group, 64]).Select(groupSize => Norm(accelerator, gradients, groupSize))];
            Assert.That(norms, Is.All.EqualTo(norms[0]), $"{length} elements");
            Assert.That(norms[0], Is.EqualTo(Exact(gradients)).Within(1e-6 * Exact(gradients)), $"{length} elements");
        }
        return true;
    });

    [EveryDevice]
    public void The_norms_of_any_number_of_chunks_are_one(TestDevice device) => device.Run(accelerator =>
    {
        float[] norms = new Inputs().Uniform(3 * RowReduction.Width + 5);
        Assert.That(Whole(accelerator, norms, Group), Is.EqualTo(Exact(norms)).Within(1e-6 * Exact(norms)));
        return true;
    });

    [EveryDevice]
    public void The_norm_of_finite_gradients_is_finite(TestDevice device) => device.Run(accelerator =>
    {
        foreach (float magnitude in (float[])[0f, 1e-15f, 1e19f, 2e19f, 1e30f, 1e37f])
        {
            float[] gradients = [.. new Inputs().Uniform(200).Select(x => (0.5f + 0.5f * x) * magnitude)];
            double exact = Math.Min(Exact(gradients), float.MaxValue);
            Assert.That(Norm(accelerator, gradients, Group), Is.EqualTo(exact).Within(1e-5 * exact), $"{magnitude}");
        }
        float[] largest = [.. Enumerable.Repeat(float.MaxValue, GradientNorm.Chunk + 9)];
        Assert.That(Norm(accelerator, largest, Group), Is.EqualTo(float.MaxValue));
        largest[^3] = float.NaN;
        Assert.That(Norm(accelerator, largest, Group), Is.NaN);
        return true;
    });

    [EveryDevice]
    public void Clipping_in_the_step_equals_clipping_before_it(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        foreach ((float norm, float limit) in ((float, float)[])[(3f, 0.7f), (0.7f, 3f), (2f, 2f), (float.MaxValue, 1f)])
        {
            var state = new AdamState(inputs, 101);
            float factor = norm > limit ? limit / norm : 1;
            var now = new ControlBlock { Step = 3, LearningRate = 0.01f };
            AdamState clipped = state.Step(accelerator, now with { GradientNorm = norm }, clip: limit);
            AdamState twin = (state with { Gradients = Array.ConvertAll(state.Gradients, g => g * factor) }).Step(accelerator, now);
            clipped.SameAs(twin, $"‖g‖ = {norm}, c = {limit}");
        }
        return true;
    });

    [EveryDevice]
    public void AdamW_follows_the_paper_with_clipped_gradients(TestDevice device) => device.Run(accelerator =>
    {
        const double rate = 0.01, decay = 0.3, limit = 5;
        var inputs = new Inputs();
        foreach (int count in (int[])[1, 47, 101])
        {
            var state = new AdamState(inputs, count);
            double[] theta = Doubles(state.Parameters), m = Doubles(state.First), v = Doubles(state.Second);
            for (int step = 1; step <= 20; step++)
            {
                state = state with { Gradients = inputs.Normal(count) };
                double norm = Exact(state.Gradients), factor = Math.Min(1, limit / norm);
                var now = new ControlBlock { Step = step, LearningRate = (float)rate, GradientNorm = (float)norm };
                float[] gradients = state.Gradients;
                state = state.Step(accelerator, now, (float)limit, (float)decay);
                for (int i = 0; i < count; i++)
                {
                    double g = factor * gradients[i];
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.999 * v[i] + 0.001 * g * g;
                    theta[i] -= rate * (AdamState.Decays(i) ? decay * theta[i] : 0)
                        + rate * (m[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
                }
            }
            Compare.Close(state.Parameters, i => theta[i], 2e-5, 0.1, $"parameters of {count}");
            Compare.Close(state.First, i => m[i], 1e-5, 0.1, $"first moments of {count}");
            Compare.Close(state.Second, i => v[i], 1e-5, 1e-3, $"second moments of {count}");
        }
        return true;
    });

    [EveryDevice]
    public void What_does_not_decay_is_Adam_s_bit_for_bit(TestDevice device) => device.Run(accelerator =>
    {
        var state = new AdamState(new Inputs(), 101);
        var now = new ControlBlock { Step = 2, LearningRate = 0.01f };
        AdamState adam = state.Step(accelerator, now), adamW = state.Step(accelerator, now, decay: 0.3f);
        for (int i = 0; i < 101; i++)
            Assert.That(adamW.Parameters[i] == adam.Parameters[i], Is.EqualTo(!AdamState.Decays(i)), $"element {i}");
        Compare.Bits(adamW.First, adam.First, "first moments");
        Compare.Bits(adamW.Second, adam.Second, "second moments");
        return true;
    });

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, x => (double)x);

    private static double Exact(float[] values) => Math.Sqrt(values.Sum(x => (double)x * x));

    private static float Norm(Accelerator accelerator, float[] gradients, int groupSize)
    {
        int chunks = Launch.Groups(gradients.Length, GradientNorm.Chunk);
        using var buffer = new Guarded(accelerator, gradients);
        using var norms = new Guarded(accelerator, chunks);
        var kernel = GradientNorm.Chunks;
        accelerator.LoadStreamKernel(kernel)((chunks, groupSize), buffer.View, norms.View, gradients.Length);
        return Whole(accelerator, norms.Read(), groupSize);
    }

    private static float Whole(Accelerator accelerator, float[] norms, int groupSize)
    {
        using var buffer = new Guarded(accelerator, norms);
        using var control = accelerator.Allocate1D(new[] { new ControlBlock { Step = 7, Seed = 3 } });
        var kernel = GradientNorm.Whole;
        accelerator.LoadStreamKernel(kernel)((1, groupSize), buffer.View, control.View, norms.Length);
        ControlBlock now = control.GetAsArray1D()[0];
        Assert.That((now.Step, now.Seed), Is.EqualTo((7, 3u)), "the rest of the control block");
        return now.GradientNorm;
    }

    /// <summary>What Adam works on. Blocks 1, 2, 4, 5 … of 16 elements decay.</summary>
    private sealed record AdamState(float[] Parameters, float[] Gradients, float[] First, float[] Second)
    {
        public AdamState(Inputs inputs, int count)
            : this(inputs.Normal(count), inputs.Normal(count), new float[count], new float[count])
        {
        }

        public static bool Decays(int element) => element / AdamW.Block % 3 != 0;

        public AdamState Step(Accelerator accelerator, ControlBlock now, float clip = 0, float decay = 0)
        {
            int count = Parameters.Length;
            using Guarded parameters = new(accelerator, Parameters), gradients = new(accelerator, Gradients);
            using Guarded first = new(accelerator, First), second = new(accelerator, Second);
            using var control = accelerator.Allocate1D(new[] { now });
            using Guarded decayed = new(accelerator,
                [.. Enumerable.Range(0, Launch.Groups(count, AdamW.Block)).Select(block => Decays(block * AdamW.Block) ? 1f : 0f)]);
            var shape = new FlatShape { Length = count, PerThread = 3 };
            AdamSettings settings = AdamSettings.Of(weightDecay: decay, clipNorm: clip);
            KernelConfig config = (Launch.Groups(count, 3 * Group), Group);
            var kernel = Adam.Run;
            if (decay > 0)
                kernel = AdamW.Run;
            accelerator.LoadStreamKernel(kernel)(config, parameters.View, gradients.View, first.View, second.View,
                decayed.View, control.View, shape, settings);
            Compare.Bits(gradients.Read(), Gradients, "gradients");
            return new(parameters.Read(), Gradients, first.Read(), second.Read());
        }

        public void SameAs(AdamState other, string what)
        {
            Compare.Bits(Parameters, other.Parameters, $"parameters, {what}");
            Compare.Bits(First, other.First, $"first moments, {what}");
            Compare.Bits(Second, other.Second, $"second moments, {what}");
        }
    }
}
