using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Step;
using VaeGpu.Training.Diagnostics.Checks;

namespace VaeGpu.Tests.Kernels;

public sealed class CategoricalColumnsTests
{
    private static readonly Dictionary<string, (string Device, float[] Bits)> First = [];

    [EveryDevice]
    public void Every_formula_is_proven(TestDevice device) => device.Run(accelerator =>
    {
        foreach (CheckResult result in FormulaChecks.RunCategoricalColumns(accelerator))
        {
            TestContext.Out.WriteLine($"{result.Check,-24} {result.Error:E2} ≤ {result.Bound:E1}");
            Assert.That(result.Passed, $"{result}");
        }
        return true;
    });

    [EveryDevice]
    public void Every_device_gives_the_same_bits_and_keeps_to_its_buffers(TestDevice device) => device.Run(accelerator =>
    {
        // One column, more columns than a group has threads, no numbers, and the most categories.
        Compute(accelerator, device, 1, [2], rows: 1);
        Compute(accelerator, device, 3, [.. Enumerable.Range(1, 67)], rows: 2);
        Compute(accelerator, device, 0, [255, 1], rows: 3);
        return true;
    });

    [EveryDevice]
    public void The_loss_and_its_gradient_are_those_by_hand(TestDevice device) => device.Run(accelerator =>
    {
        // Logits ln 1, ln 2, ln 5 and ln 3, ln 1: the categories have 1/8, 2/8, 5/8 and 3/4, 1/4.
        float[] logits = [0, MathF.Log(2), MathF.Log(5), MathF.Log(3), 0];
        using var launcher = new CategoricalLauncher(accelerator, numbers: 1, [3, 2], outputs: 1);
        using var data = new Guarded(accelerator, [7, 1, 0]);
        using var outputs = new Guarded(accelerator, [9, .. logits]);
        using var losses = new Guarded(accelerator, [10]);
        using var control = accelerator.Allocate1D(new[] { new ControlBlock { LikelihoodWeight = 8 } });
        launcher.LossAndGradient(data.View, outputs.View, losses.View, control.View, rows: 1);
        Assert.That(losses.Read()[0], Is.EqualTo(10 + Math.Log(4) + Math.Log(4.0 / 3)).Within(1e-5));
        Assert.That(outputs.Read(), Is.EqualTo(new float[] { 9, 1, 2 - 8, 5, 6 - 8, 2 }).Within(1e-5));
        return true;
    });

    [EveryDevice]
    public void Draws_share_their_row_of_data(TestDevice device) => device.Run(accelerator =>
    {
        using var launcher = new CategoricalLauncher(accelerator, numbers: 1, [3, 2], outputs: 1);
        float[] decoded = new Inputs().Normal(4 * 6);
        (float[] Loss, float[] Gradient) shared = Run([7, 1, 0, 8, 2, 1], draws: 2);
        (float[] Loss, float[] Gradient) own = Run([7, 1, 0, 7, 1, 0, 8, 2, 1, 8, 2, 1], draws: 1);
        Compare.Bits(shared.Loss, own.Loss, "losses");
        Compare.Bits(shared.Gradient, own.Gradient, "gradients");
        return true;

        (float[], float[]) Run(float[] examples, int draws)
        {
            using Guarded data = new(accelerator, examples), outputs = new(accelerator, decoded);
            using Guarded losses = new(accelerator, new float[4]);
            using var counters = accelerator.Allocate1D(new[] { new ControlBlock { LikelihoodWeight = 8 } });
            launcher.Loss(data.View, outputs.View, losses.View, rows: 4, draws);
            launcher.LossAndGradient(data.View, outputs.View, losses.View, counters.View, rows: 4, draws);
            return (losses.Read(), outputs.Read());
        }
    });

    private static void Compute(Accelerator accelerator, TestDevice device, int numbers, int[] categories, int rows)
    {
        const int outputsOfNumber = 2;
        int width = numbers + categories.Length, logits = categories.Sum(), outputWidth = outputsOfNumber * numbers + logits;
        var random = new Random(width);
        float[] examples = [.. Enumerable.Range(0, rows * width).Select(i =>
            i % width < numbers ? random.NextSingle() : random.Next(categories[i % width - numbers]))];
        float[] decoded = [.. Enumerable.Range(0, rows * outputWidth).Select(_ => 6 * random.NextSingle() - 3)];
        using var launcher = new CategoricalLauncher(accelerator, numbers, categories, outputsOfNumber);
        using var control = accelerator.Allocate1D(new[] { new ControlBlock { Seed = 3, Step = 2, LikelihoodWeight = 1.5f } });
        using var data = new Guarded(accelerator, examples);
        using var outputs = new Guarded(accelerator, decoded);
        using var losses = new Guarded(accelerator, new float[rows]);
        using var modes = new Guarded(accelerator, new float[rows * width]);
        using var samples = new Guarded(accelerator, new float[rows * width]);
        using var oneHot = new Guarded(accelerator, rows * (numbers + logits));
        launcher.OneHot(data.View, oneHot.View, rows);
        launcher.Mode(outputs.View, modes.View, rows);
        launcher.Sample(outputs.View, samples.View, control.View, rows);
        launcher.LossAndGradient(data.View, outputs.View, losses.View, control.View, rows);
        Same("one-hot", oneHot);
        Same("modes", modes);
        Same("samples", samples);
        Same("losses", losses);
        Same("gradient", outputs);

        void Same(string what, Guarded buffer)
        {
            float[] values = buffer.Read();
            lock (First)
            {
                string key = $"{what}, {categories.Length} columns";
                First.TryAdd(key, (device.ToString(), values));
                Compare.Bits(values, First[key].Bits, $"{key} on {device} and on {First[key].Device}");
            }
        }
    }
}
