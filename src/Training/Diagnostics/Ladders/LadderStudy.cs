using System.Runtime.InteropServices;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Ladders;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Diagnostics.Profiling;

namespace VaeGpu.Training.Diagnostics.Ladders;

/// <summary>Measures a ladder: every rung is run, compared bit for bit, counted, and timed in turn with the others.</summary>
public static class LadderStudy
{
    private static readonly Effort effort = new(7, 0.01);

    /// <summary>The size where none is chosen.</summary>
    public static int DefaultSize(Accelerator accelerator, Ladder ladder) => ladder.DefaultSize(
        DeviceKind.Of(accelerator).IsForChecking ? LadderScale.Checking
            : Backend.IsGpu(accelerator) ? LadderScale.Gpu : LadderScale.Processor);

    /// <summary>Measures all rungs that are for a device.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="ladder">The ladder.</param>
    /// <param name="sizes">The sizes of the task.</param>
    /// <param name="stop">Looked at between samples.</param>
    /// <exception cref="LadderMismatchException">A rung has other results than the rung of the same order.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static LadderResult Run(Accelerator accelerator, Ladder ladder, LadderSizes sizes, CancellationToken stop)
    {
        (int leftLength, int rightLength, int outputLength) = ladder.Lengths(sizes);
        var random = new Random(1);
        float[] left = Draw(leftLength), right = Draw(rightLength);
        using var memory = new LadderMemory(accelerator, left, right, outputLength);
        var results = new Dictionary<Rung, float[]>();
        var rungs = new List<RungResult>();
        var sides = new List<Sampler>();
        var limits = new DeviceLimits(accelerator);
        foreach (Rung rung in ladder.Rungs)
        {
            stop.ThrowIfCancellationRequested();
            int number = ladder.NumberOf(rung);
            var task = TaskBound.Of(limits, (rung.Task?.Flops ?? ladder.Flops)(sizes), (rung.Task?.Bytes ?? ladder.Bytes)(sizes));
            if (rung.Refusal(accelerator) is { } refusal)
            {
                rungs.Add(new(rung, number, refusal) { Task = task });
                continue;
            }
            Action launch = memory.Load(rung, sizes);
            float[] result = results[rung] = memory.ResultsOf(launch);
            float[] first = results[ladder.ReferenceOf(rung)];
            if (!MemoryMarshal.AsBytes<float>(first).SequenceEqual(MemoryMarshal.AsBytes<float>(result)))
                throw new LadderMismatchException(ladder, rung, accelerator.Name);
            sides.Add(Watched(Samplers.Of(accelerator, launch)));
            (int launches, long? flops, long? accessedBytes) = Count(accelerator, ladder, rung, sizes, stop);
            rungs.Add(new(rung, number, null)
            {
                Task = task, Launches = launches, Flops = flops, AccessedBytes = accessedBytes,
                Difference = Difference(result, results[ladder.Rungs.First(other => other.Task == rung.Task)]),
            });
        }
        Library? library = Library.For(accelerator, ladder, sizes, left, right);
        if (library is not null)
            sides.Add(Watched(Samplers.Of(library.Run)));
        Samples samples = Alternation.Measure(effort, [.. sides]);
        return new(
            ladder, sizes, limits, Timed(rungs, samples, library is not null),
            library is null ? null : new(
                library.Name, samples.Seconds(sides.Count - 1), Difference(library.Output, results[ladder.Rungs[0]])));

        float[] Draw(int length)
        {
            var numbers = new float[length];
            for (int i = 0; i < length; i++)
                numbers[i] = 2 * random.NextSingle() - 1;
            return numbers;
        }

        Sampler Watched(Sampler sampler) => runs =>
        {
            stop.ThrowIfCancellationRequested();
            return sampler(runs);
        };
    }

    /// <summary>Adds the times, and what each rung gains on its predecessor.</summary>
    private static IReadOnlyList<RungResult> Timed(List<RungResult> rungs, Samples samples, bool hasLibrary)
    {
        RungResult[] run = [.. rungs.Where(rung => rung.Refusal is null)];
        return
        [
            .. rungs.Select(rung =>
            {
                int side = Array.IndexOf(run, rung), after = Array.FindIndex(run, other => other.Rung.Source == rung.Rung.After);
                return side < 0 ? rung : rung with
                {
                    Seconds = samples.Seconds(side),
                    After = after < 0 ? null : run[after].Number,
                    Gain = after < 0 ? null : samples.Ratio(after, side),
                    OfLibrary = hasLibrary && rung.Rung.Task is null ? samples.Ratio(run.Length, side) : null,
                };
            }),
        ];
    }

    /// <summary>What a rung's threads do, counted on the interpreter from a sample of the groups.</summary>
    private static (int Launches, long? Flops, long? AccessedBytes) Count(
        Accelerator accelerator, Ladder ladder, Rung rung, LadderSizes sizes, CancellationToken stop)
    {
        IReadOnlyList<KernelLaunch> launches = KernelInspector.Sample(accelerator, other =>
        {
            (int left, int right, int output) = ladder.Lengths(sizes);
            return new LadderMemory(other, new float[left], new float[right], output).Load(rung, sizes);
        }, stop);
        // PTX written by hand is not for the interpreter.
        bool counts = launches.All(launch => launch.AccessedBytes > 0);
        return counts
            ? (launches.Count, launches.Sum(launch => launch.Flops), launches.Sum(launch => launch.AccessedBytes))
            : (launches.Count, null, null);
    }

    private static double Difference(float[] results, float[] first)
    {
        double squares = 0, norm = 0;
        for (int i = 0; i < results.Length; i++)
        {
            double difference = (double)results[i] - first[i];
            squares += difference * difference;
            norm += (double)first[i] * first[i];
        }
        return Math.Sqrt(squares / norm);
    }
}

/// <summary>Two rungs that say the same of their order of additions, and differ.</summary>
public sealed class LadderMismatchException(Ladder ladder, Rung rung, string device) : Exception(
    $"{rung.Name} on {device}: the results are not those of {ladder.ReferenceOf(rung).Name}, bit for bit. "
        + "\"vaegpu check\" tells more about the device.");
