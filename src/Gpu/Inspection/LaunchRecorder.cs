using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>Notes the launches of some work on the interpreter, in their order, and counts what they do.</summary>
public static class LaunchRecorder
{
    /// <summary>Fewer groups are not worth an interpreter of their own.</summary>
    private const int LeastGroups = 32;

    /// <summary>Runs some work and gives its launches.</summary>
    /// <param name="warpSize">32 stands for a GPU, 16, 8 and 4 for the vectors of a CPU: launchers choose their shapes by it.</param>
    /// <param name="runs">Whether kernels run, and are counted; else they are only noted, and memory keeps what it holds.</param>
    /// <param name="work">What to run on the accelerator that it is given.</param>
    /// <param name="stop">Looked at at each launch, and between the groups of one that runs.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public static IReadOnlyList<KernelLaunch> Record(int warpSize, bool runs, Action<Accelerator> work, CancellationToken stop = default)
    {
        using Context context = Context.Create(_ => { });
        using var accelerator = new RecordingAccelerator(context, InterpreterDevice.Create(warpSize), null, stop)
        {
            Counting = runs ? Counting.All : Counting.None,
        };
        work(accelerator);
        return accelerator.Launches;
    }

    /// <summary>
    /// Gives the launches that some work makes on a device, in its shapes for that device, with counts that are estimated from a sample of
    /// their groups (<see cref="GroupSample"/>): it takes no longer for large work than for small.
    /// </summary>
    /// <param name="device">The device that the recording stands for.</param>
    /// <param name="prepare">What comes before, whose launches are not made; gives the work.</param>
    /// <param name="stop">Looked at at each launch.</param>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public static IReadOnlyList<KernelLaunch> Sample(
        Accelerator device, Func<Accelerator, Action> prepare, CancellationToken stop = default)
    {
        using Context context = Context.Create(_ => { });
        using var accelerator = new RecordingAccelerator(context, InterpreterDevice.Create(device.WarpSize), device, stop);
        Action work = prepare(accelerator);
        accelerator.Launches.Clear();
        accelerator.Counting = Counting.Sample;
        work();
        return accelerator.Launches;
    }

    /// <summary>Which groups of a launch run and are counted.</summary>
    private enum Counting
    {
        None,
        Sample,
        All,
    }

    private sealed class RecordingAccelerator(
        Context context, InterpreterDevice device, Accelerator? standsFor, CancellationToken stop) : InterpreterAccelerator(context, device)
    {
        public List<KernelLaunch> Launches { get; } = [];

        public Counting Counting { get; set; }

        public override Accelerator? StandsFor => standsFor;

        internal override nint AllocateBytes(long bytes)
        {
            nint handle = base.AllocateBytes(bytes);
            // A sample of the groups does not write all that later launches read.
            if (standsFor is not null)
                MemoryOf(handle).ToWrite(0, bytes);
            return handle;
        }

        internal override Executable Compile(KernelSource source, Index3D groupDim) => new Recording(this, source, groupDim, stop);
    }

    private sealed class Recording(
        RecordingAccelerator accelerator, KernelSource source, Index3D groupDim, CancellationToken stop) : Executable
    {
        private readonly Lazy<Function> function = new(() => source.Optimize(groupDim, accelerator.WarpSize));

        public override string Text => Printer.Print(function.Value);

        public override unsafe void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            stop.ThrowIfCancellationRequested();
            // PTX written by hand is not for the interpreter.
            bool counts = accelerator.Counting != Counting.None && !function.Value.Body.All().Any(i => i.Op == Op.Assembly);
            GroupCounts? counted = !counts ? null
                : accelerator.Counting == Counting.All ? Run(gridDim, arguments, dynamicSharedBytes)
                : Sample(gridDim, arguments, dynamicSharedBytes);
            accelerator.Launches.Add(new(source.Name, source.Method, source.Specialization, groupDim, gridDim,
                new(() => function.Value.SharedBytes + dynamicSharedBytes), Whole(counted?.Flops), Whole(counted?.Bytes),
                Whole(counted?.AccessedBytes)) { Footprint = Whole(counted?.Footprint) });

            static long Whole(double? count) => (long)Math.Round(count ?? 0);
        }

        private unsafe GroupCounts Sample(Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            var address = (nint)arguments;
            // Translated for each set of counters.
            (Counters? Counters, Interpreter? Interpreter) last = default;
            return new GroupSample(gridDim, (group, counters) =>
            {
                if (last.Counters != counters)
                    last = (counters, accelerator.Translate(source, function.Value, groupDim, counters));
                last.Interpreter!.Run(gridDim, (byte*)address, accelerator.MemoryOf, dynamicSharedBytes, group..(group + 1), stop);
            }).Estimate();
        }

        /// <summary>Interprets the groups, one part of them on each processor.</summary>
        private unsafe GroupCounts Run(Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            var touched = new TouchedBytes(byView: false);
            int parts = GroupsAreApart ? Math.Clamp(gridDim.Size / LeastGroups, 1, Environment.ProcessorCount) : 1;
            Counters[] counters = [.. Enumerable.Range(0, parts).Select(_ => new Counters(touched))];
            var address = (nint)arguments;
            Task[] tasks =
            [
                .. counters.Select((counter, part) => Task.Run(() => accelerator.Translate(source, function.Value, groupDim, counter).Run(
                    gridDim, (byte*)address, accelerator.MemoryOf, dynamicSharedBytes,
                    (int)((long)gridDim.Size * part / parts)..(int)((long)gridDim.Size * (part + 1) / parts), stop))),
            ];
            Task.WhenAll(tasks).GetAwaiter().GetResult();
            GroupCounts of = GroupCounts.Of(new Counters(touched), touched);
            return of with { Flops = counters.Sum(c => c.Flops), AccessedBytes = counters.Sum(c => c.AccessedBytes) };
        }

        /// <summary>Whether no group can see what another does.</summary>
        private bool GroupsAreApart => !function.Value.Body.All().Any(i => i.Op.IsAtomic() || i.Op == Op.FenceDevice);
    }
}
