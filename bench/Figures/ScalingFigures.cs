using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels.Likelihoods;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// How a training step's speed and memory grow with its sizes, on the processor with one thread and with all: examples in a second,
/// useful operations in a second, and memory at the peak beside what cannot be done without. Operations on zeros that are skipped count
/// as useful, so there is no share of the peak.
/// </summary>
internal static class ScalingFigures
{
    /// <summary>The part of "figures".</summary>
    public const string Part = "scaling";

    private const string Likelihoods = "likelihood", Convolutions = "convolutions";

    private static readonly ScalingCase[] cases =
    [
        .. Axis("batch", [16, 32, 64, 128, 256, 512, 1024, 2048], batch => new(batch, 400)),
        .. Axis("hidden width", [64, 128, 256, 512, 1024, 2048, 4096], width => new(128, width)),
        new("two hidden layers", 4096, new(128, 4096, 4096)),
        .. Axis("latent dimensions", [2, 8, 32, 128, 512], latent => new(128, 400) { Latent = latent }),
        .. Axis("importance samples", [1, 5, 50], samples => new(128, 400) { Samples = samples }),
        new(Likelihoods, 0, new(128, 400) { Likelihood = Likelihood.GaussianLearned }),
        new(Likelihoods, 1, new(128, 400) { Likelihood = Likelihood.Mixture }),
        new(Likelihoods, 2, new(128, 400) { Likelihood = Likelihood.LogisticMixture }),
        new(Likelihoods, 3, new(128, 400) { Likelihood = Likelihood.Categorical }),
        new(Convolutions, 28, new(128, 400) { Channels = [32, 64] }),
        new(Convolutions, 32, new(128, 400) { Channels = [32, 64], Side = 32, Colors = 3 }),
        new(Convolutions, 64, new(128, 400) { Channels = [32, 64, 128], Side = 64, Colors = 3 }),
    ];

    /// <summary>The cases whose sizes are numbers that a chart can show.</summary>
    public static IEnumerable<ScalingCase> Charted =>
        cases.Where(one => one.Axis is not (Likelihoods or Convolutions) && cases.Count(other => other.Axis == one.Axis) > 1);

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        effort = effort.ForLongWork;
        BenchDevice[] chosen = [.. devices.Where(device => device.IsCpu || device.IsGpu)];
        foreach (BenchDevice device in chosen)
            WarmUp(device);
        foreach (ScalingCase one in cases)
        {
            foreach (BenchDevice device in chosen)
            {
                foreach (Figure figure in Measure(device, one, effort))
                    yield return figure;
            }
        }
    }

    private static IEnumerable<ScalingCase> Axis(string name, int[] values, Func<int, StepSize> size) =>
        values.Select(value => new ScalingCase(name, value, size(value)));

    /// <summary>The compiler's code and the images' source are not a step's memory.</summary>
    private static void WarmUp(BenchDevice device)
    {
        using var step = new TrainingStep(device.Accelerator, new StepSize(16, 16));
        step.Run();
        device.Accelerator.Synchronize();
    }

    private static Figure[] Measure(BenchDevice device, ScalingCase one, Effort effort)
    {
        var empty = new Figure(one.Axis, device.Name, one.Size.ToString());
        try
        {
            PeakMemory? memory = device.IsCpu ? PeakMemory.Watch() : null;
            using var step = new TrainingStep(device.Accelerator, one.Size);
            var cost = new StepCost(one.Size);
            Timing timing = device.Time(effort, cost.Flops, step.Run);
            step.ThrowIfDiverged();
            Spread seconds = timing.Samples.Seconds(0);
            Figure examples = empty with { Value = Quantity.PerSecond(one.Size.Batch, seconds, "examples") };
            Quantity operations = Quantity.Giga(cost.Flops, seconds, Numbers.Operations);
            Figure useful = empty with { Value = operations, Peak = timing.PeakRate, Note = TrainingImages.Note(one.Size) };
            return memory is null ? [examples, useful] : [examples, useful, empty with
            {
                Value = Megabytes(memory.Bytes), Beside = new("needed", Megabytes(cost.Bytes(step.Parameters)), null),
            }];
        }
        catch (OutOfMemoryException e)
        {
            return [empty with { Note = e.Message }];
        }
    }

    private static Quantity Megabytes(double bytes) => Quantity.Once(bytes / 1e6, "MB");
}

/// <summary>A point of a curve.</summary>
/// <param name="Axis">What grows.</param>
/// <param name="Value">How large it is.</param>
/// <param name="Size">The step.</param>
internal sealed record ScalingCase(string Axis, int Value, StepSize Size);
