using System.Diagnostics;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Data;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Optimization;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>
/// Times the launches of a training step, without a change of what they do: it is the trainer's own recording that is replayed, on the
/// run's own data. Profiled steps alternate with others that are timed as a whole.
/// </summary>
public sealed class StepProfiler
{
    private const int WarmUpSteps = 5, TracedSteps = 3;
    private const double WarmUpSeconds = 0.3, MeasuredSeconds = 3;

    private readonly Accelerator accelerator;
    private readonly Trainer trainer;
    private readonly CancellationToken stop;
    private readonly List<LaunchTimes> times = [];
    private readonly List<double> whole = [], profiled = [];

    private StepProfiler(Accelerator accelerator, Trainer trainer, CancellationToken stop) =>
        (this.accelerator, this.trainer, this.stop) = (accelerator, trainer, stop);

    /// <summary>Whether launches of a device can be timed: of those that record them, which ILGPU's own do not.</summary>
    public static bool CanProfile(Accelerator accelerator) => accelerator is ILaunchRecorder;

    /// <summary>Profiles.</summary>
    /// <param name="accelerator">The device; see <see cref="CanProfile"/>.</param>
    /// <param name="configuration">What is trained, and how.</param>
    /// <param name="data">The data.</param>
    /// <param name="steps">Steps that are profiled; null for as many as fit into a few seconds, 11 at least.</param>
    /// <param name="stop">Looked at between steps.</param>
    /// <exception cref="RunException">Batch or model are too large.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number: it was no training that was timed.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static StepProfile Run(
        Accelerator accelerator, RunConfiguration configuration, DataSplit data, int? steps, CancellationToken stop)
    {
        var limits = new DeviceLimits(accelerator);
        stop.ThrowIfCancellationRequested();
        IReadOnlyList<KernelLaunch> counted = Count(accelerator, configuration, data, stop);
        using var trainer = new Trainer(accelerator, configuration, data);
        return new StepProfiler(accelerator, trainer, stop).Run(limits, counted, steps);
    }

    /// <summary>The launches of the step in the device's shapes, counted on a stand-in for it.</summary>
    internal static IReadOnlyList<KernelLaunch> Count(
        Accelerator accelerator, RunConfiguration configuration, DataSplit data, CancellationToken stop)
    {
        Trainer? standIn = null;
        try
        {
            return KernelInspector.Sample(
                accelerator,
                other =>
                {
                    standIn = new Trainer(other, configuration, data);
                    return () => standIn.WholeStep(graph => graph.Replay());
                },
                stop);
        }
        finally
        {
            standIn?.Dispose();
        }
    }

    private StepProfile Run(DeviceLimits limits, IReadOnlyList<KernelLaunch> counted, int? asked)
    {
        LaunchGraph graph = null!;
        double seconds = WarmUp(step => graph = step.Graph!);
        int steps = asked ?? (int)Math.Clamp(MeasuredSeconds / (2 * seconds), 11, 500);
        for (int round = 0; round < steps; round++)
        {
            stop.ThrowIfCancellationRequested();
            // Every second round backwards: neither always follows the other.
            Action[] sides = round % 2 == 0 ? [Plain, Timed] : [Timed, Plain];
            foreach (Action side in sides)
                side();
        }
        var traced = new List<LaunchTimes>();
        for (int i = 0; i < TracedSteps; i++)
            trainer.WholeStep(step => traced.Add(step.Graph!.ReplayTimed(workers: true)));
        trainer.TrainingMeans();
        return new()
        {
            Launches = Launches(graph.Names, counted, limits), Clock = times[0].Clock, Steps = steps,
            Between = Spread.Of(times.Select(step => step.Seconds - step.Starts.Zip(step.Ends, (start, end) => end - start).Sum())),
            Parts = Spread.Of(times.Select(step => step.Seconds)),
            PartsOfWhole = Spread.Of(times.Zip(whole, (step, seconds) => step.Seconds / seconds)),
            Whole = Spread.Of(whole), Profiled = Spread.Of(profiled), Overhead = Spread.Of(profiled.Zip(whole, (a, b) => a / b)),
            IsOneCall = graph.IsOneCall, Batch = trainer.LargestBatch, Limits = limits, Traced = traced,
        };
    }

    /// <summary>Makes steps, both ways, until nothing is compiled any more; gives the seconds of one.</summary>
    private double WarmUp(Action<StepGraph> found)
    {
        long start = Stopwatch.GetTimestamp();
        for (int step = 0; step < WarmUpSteps || Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds; step++)
        {
            stop.ThrowIfCancellationRequested();
            trainer.WholeStep(step =>
            {
                found(step);
                step.Replay();
            });
            Timed();
            Plain();
        }
        double seconds = whole[^1];
        times.Clear();
        whole.Clear();
        profiled.Clear();
        return seconds;
    }

    private void Plain() => trainer.WholeStep(step => whole.Add(SecondsOf(step.Replay)));

    private void Timed() => trainer.WholeStep(step => profiled.Add(SecondsOf(() => times.Add(step.Graph!.ReplayTimed()))));

    private double SecondsOf(Action work) => SecondsOf(accelerator, work);

    /// <summary>The seconds of some work of a device that has nothing else to do.</summary>
    internal static double SecondsOf(Accelerator accelerator, Action work)
    {
        accelerator.Synchronize();
        long start = Stopwatch.GetTimestamp();
        work();
        accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private LaunchProfile[] Launches(IReadOnlyList<string> names, IReadOnlyList<KernelLaunch> counted, DeviceLimits limits)
    {
        Spread[] seconds = [.. names.Select((_, i) => Spread.Of(times.Select(step => step.Ends[i] - step.Starts[i])))];
        double sum = seconds.Sum(spread => spread.Median);
        // Where the device's kernels are others than those of its stand-in, nothing is known of them.
        bool areSame = names.SequenceEqual(counted.Select(launch => launch.Name));
        return [.. names.Select((name, i) => Launch(i, name, areSame ? counted[i] : null))];

        LaunchProfile Launch(int i, string name, KernelLaunch? counts)
        {
            bool isCounted = counts is { Bytes: > 0 };
            LaunchLimits? bounds = isCounted && limits is { IsMeasured: true, LaunchSeconds: { } launch }
                ? new(limits.FlopsPerSecond, limits.BytesPerSecond(counts!.Footprint), launch)
                : null;
            return new(
                i + 1, name, counts?.GroupDim ?? default, counts?.GridDim ?? default, isCounted ? counts!.Flops : null,
                isCounted ? counts!.Bytes : null, seconds[i], seconds[i].Median / sum, bounds);
        }
    }
}
