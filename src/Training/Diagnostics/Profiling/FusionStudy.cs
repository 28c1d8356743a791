using VaeGpu.Gpu.Inspection;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Data;
using VaeGpu.Training.Diagnostics.Measuring;
using VaeGpu.Training.Optimization;

namespace VaeGpu.Training.Diagnostics.Profiling;

/// <summary>
/// What fusing buys in a training step: the step as it is, in turn with steps of which one fusion is replaced by its unfused twins, with
/// one that fuses nothing, and with one whose launches are made one by one. All train the same model, to the same bits.
/// </summary>
public static class FusionStudy
{
    /// <summary>
    /// The fusions of a model, one by one and all together: those without which its step has other launches. Then the recording of the
    /// step.
    /// </summary>
    /// <param name="accelerator">The device; <see cref="StepProfiler.CanProfile"/>.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="configuration">What is trained, and how.</param>
    /// <param name="data">The data.</param>
    /// <param name="quick">Whether samples are fewer and shorter.</param>
    /// <param name="stop">Looked at between samples.</param>
    /// <exception cref="RunException">Batch or model are too large.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static FusionStep Run(
        Accelerator accelerator, DeviceLimits limits, RunConfiguration configuration, DataSplit data, bool quick, CancellationToken stop)
    {
        using var sides = new Sides(accelerator, configuration, data, stop);
        // A step takes a few percent longer in the first memory that the process gets than in what it gets after: give that back unused.
        sides.Remove(sides.Add(Fusion.All));
        Side fused = sides.Add(Fusion.All);
        var unfused = new List<Side>();
        foreach (Fusion fusion in (Fusion[])[.. Enum.GetValues<Fusion>().Where(one => one is not (Fusion.None or Fusion.All)), Fusion.All])
        {
            Side side = sides.Add(Fusion.All & ~fusion);
            if (side.Kernels.SequenceEqual(fused.Kernels))
                sides.Remove(side);
            else
                unfused.Add(side);
        }
        Samples samples = Alternation.Measure(
            quick ? Effort.Quick : Effort.Tuning,
            [
                .. unfused.Prepend(fused).Select(side => side.Sampler(graph => graph.Replay, stop)),
                fused.Sampler(graph => graph.Launch, stop),
            ]);
        foreach (Side side in (Side[])[fused, .. unfused])
            side.Trainer.TrainingMeans();
        double seconds = samples.Seconds(0).Median;
        return new(
            configuration, samples.Seconds(0), fused.Launches.Count, fused.Bytes, fused.IsOneCall,
            [
                .. unfused.Select((side, i) => new FusionGain(
                    Fusion.All & ~side.Plan, side.Launches.Count, side.Bytes, samples.Seconds(i + 1), samples.Ratio(i + 1, 0),
                    limits.IsMeasured ? 1 + (Cost(side, limits) - Cost(fused, limits)) / seconds : null,
                    Difference(fused, side), Difference(side, fused))),
                new FusionGain(
                    Fusion.None, fused.Launches.Count, fused.Bytes, samples.Seconds(unfused.Count + 1),
                    samples.Ratio(unfused.Count + 1, 0), 1 + fused.Launches.Count * limits.SavedByRecording / seconds, [], []),
            ]);
    }

    /// <summary>What bytes and launches cost at least: that is what fusing saves.</summary>
    private static double Cost(Side side, DeviceLimits limits) => side.Launches.Sum(launch =>
        (limits.LaunchSeconds ?? 0) + (launch.Bytes == 0 ? 0 : launch.Bytes / limits.BytesPerSecond(launch.Footprint)));

    /// <summary>The launches of a step that another one does not have, with the median of their times.</summary>
    private static FusedLaunch[] Difference(Side side, Side other)
    {
        var rest = other.Kernels.CountBy(kernel => kernel).ToDictionary();
        return
        [
            .. side.Kernels.Select((kernel, i) => (Kernel: kernel, Number: i)).Where(launch => !Take(launch.Kernel))
                .Select(launch => new FusedLaunch(side.Kernels[launch.Number], side.Seconds(launch.Number))),
        ];

        bool Take(string kernel) => rest.TryGetValue(kernel, out int count) && count > 0 && (rest[kernel] = count - 1) >= 0;
    }

    /// <summary>Trainers that differ in what they fuse.</summary>
    private sealed class Sides(Accelerator accelerator, RunConfiguration configuration, DataSplit data,
        CancellationToken stop) : IDisposable
    {
        private readonly List<Side> all = [];

        public Side Add(Fusion plan)
        {
            stop.ThrowIfCancellationRequested();
            Fusion before = FusionPlan.For(accelerator);
            FusionPlan.Use(accelerator, plan);
            try
            {
                // Some kernels are loaded by the first step.
                IReadOnlyList<KernelLaunch> launches = StepProfiler.Count(accelerator, configuration, data, stop);
                var side = new Side(accelerator, plan, new Trainer(accelerator, configuration, data), launches);
                all.Add(side);
                side.Trainer.WholeStep(graph => graph.Replay());
                return side;
            }
            finally
            {
                FusionPlan.Use(accelerator, before);
            }
        }

        public void Remove(Side side)
        {
            all.Remove(side);
            side.Trainer.Dispose();
        }

        public void Dispose() => all.ForEach(side => side.Trainer.Dispose());
    }

    /// <summary>A trainer, and the launches of its step.</summary>
    private sealed class Side(Accelerator accelerator, Fusion plan, Trainer trainer, IReadOnlyList<KernelLaunch> launches)
    {
        private const int TimedSteps = 11;
        private double[][]? times;

        public Fusion Plan => plan;

        public Trainer Trainer => trainer;

        public IReadOnlyList<KernelLaunch> Launches => launches;

        /// <summary>The kernels with their grids, which tell products of one layer from those of another.</summary>
        public string[] Kernels { get; } = [.. launches.Select(launch => $"{launch.Name} {launch.GridDim}")];

        public bool IsOneCall
        {
            get
            {
                bool isOneCall = false;
                trainer.WholeStep(graph =>
                {
                    isOneCall = graph.Graph!.IsOneCall;
                    graph.Replay();
                });
                return isOneCall;
            }
        }

        public long Bytes => launches.Sum(launch => launch.Bytes);

        /// <summary>Times steps, whose launches are made as <paramref name="way"/> says.</summary>
        public Sampler Sampler(Func<StepGraph, Action> way, CancellationToken stop)
        {
            return runs =>
            {
                stop.ThrowIfCancellationRequested();
                double seconds = 0;
                for (int i = 0; i < runs; i++)
                    trainer.WholeStep(graph => seconds += StepProfiler.SecondsOf(accelerator, way(graph)));
                return seconds;
            };
        }

        /// <summary>The median time of a launch.</summary>
        public double Seconds(int launch)
        {
            times ??= [.. Enumerable.Range(0, TimedSteps).Select(_ => Time())];
            return Spread.Of(times.Select(step => step[launch])).Median;
        }

        private double[] Time()
        {
            double[] seconds = [];
            trainer.WholeStep(graph =>
            {
                var step = graph.Graph!.ReplayTimed();
                seconds = [.. step.Starts.Zip(step.Ends, (start, end) => end - start)];
            });
            return seconds;
        }
    }
}

/// <summary>A training step and what its fusions buy.</summary>
/// <param name="Configuration">What is trained.</param>
/// <param name="Seconds">The time of the step, all of it fused.</param>
/// <param name="Launches">Its launches.</param>
/// <param name="Bytes">The bytes of all launches.</param>
/// <param name="IsOneCall">Whether the recorded step is one call of the driver, a graph; else its launches are made one by one.</param>
/// <param name="Gains">The fusions, all of them together, and the recording of the step.</param>
public sealed record FusionStep(
    RunConfiguration Configuration, Spread Seconds, int Launches, long Bytes, bool IsOneCall, IReadOnlyList<FusionGain> Gains);

/// <summary>What a fusion buys, or the recording of the step.</summary>
/// <param name="Fusion">Which one, or several; <see cref="Fusion.None"/> for the recording.</param>
/// <param name="Launches">Launches of the step without it.</param>
/// <param name="Bytes">Bytes of the step without it.</param>
/// <param name="Seconds">The time of the step without it.</param>
/// <param name="Speedup">How many times as fast the step is with it, round by round.</param>
/// <param name="Predicted">
/// The same, if time were only saved by fewer bytes, at the bandwidth, and fewer launches, or, by a recording, what empty launches take
/// less in one; null without limits.
/// </param>
/// <param name="Fused">The launches that there are only with it.</param>
/// <param name="Unfused">Those that there are only without it.</param>
public sealed record FusionGain(
    Fusion Fusion, int Launches, long Bytes, Spread Seconds, Spread Speedup, double? Predicted, IReadOnlyList<FusedLaunch> Fused,
    IReadOnlyList<FusedLaunch> Unfused)
{
    /// <summary>Whether this is the recording of the step, against launches made one by one.</summary>
    public bool IsRecording => Fusion == Fusion.None;

    /// <summary>Whether the step is slower with the fusion, in three rounds of four.</summary>
    public bool Loses => Speedup.High < 1;

    /// <summary>The time of the launches that there are only with it.</summary>
    public double FusedSeconds => Fused.Sum(launch => launch.Seconds);

    /// <summary>The time of the launches that there are only without it.</summary>
    public double UnfusedSeconds => Unfused.Sum(launch => launch.Seconds);
}

/// <summary>A launch, and the median of its times.</summary>
/// <param name="Kernel">The kernel with its type arguments, and its grid.</param>
/// <param name="Seconds">The time.</param>
public sealed record FusedLaunch(string Kernel, double Seconds);
