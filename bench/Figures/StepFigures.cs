using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Figures;

/// <summary>Steps per second of whole training steps, in turn with PyTorch on as many threads.</summary>
internal static class StepFigures
{
    private static readonly StepSize[] Sizes = [new(128, 400), new(512, 400), new(128, 1024, 1024), new(512, 1024, 1024)];

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        (string? python, string reason) = PyTorch.Find();
        if (python is null)
            yield return new("peer", "–", "–", reason);
        // A sample holds some steps of the largest model.
        effort = effort with { SampleSeconds = 10 * effort.SampleSeconds, Rounds = effort.Rounds / 2 };
        foreach (StepSize size in Sizes)
        {
            foreach (BenchDevice device in devices)
                yield return Measure(device, size, device.IsCpu ? python : null, effort);
        }
    }

    private static Figure Measure(BenchDevice device, StepSize size, string? python, Effort effort)
    {
        using var step = new TrainingStep(device.Accelerator, size);
        Sampler ours = Samplers.Of(device.Accelerator, step.Run);
        string value;
        if (python is null)
        {
            value = Steps(Alternation.Median(effort, ours));
        }
        else
        {
            using var peer = new PyTorch(python, device.Accelerator.NumMultiprocessors, size.Batch, size.Hidden);
            Samples samples = Alternation.Measure(effort, ours, peer.Sample);
            value = $"{Steps(samples.Seconds(0))}; PyTorch {peer.Version}: {Steps(samples.Seconds(1))}; "
                + $"{Numbers.Three(samples.Ratio(1, 0))} times as fast";
        }
        if (!double.IsFinite(step.MeanLoss()))
            throw new InvalidOperationException($"The loss of {size} is not finite: what was measured is no training.");
        return new("training step", device.Name, size.ToString(), value);
    }

    private static string Steps(double seconds) => $"{Numbers.Three(1 / seconds)} steps/s";
}
