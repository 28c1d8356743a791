using System.Runtime.InteropServices;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Interpreter;

namespace VaeGpu.Gpu.Inspection;

/// <summary>Which groups of a launch run and are counted.</summary>
public enum LaunchCounting
{
    /// <summary>No group runs: launches are only recorded. No memory is allocated, and every read returns zero.</summary>
    None,
    /// <summary>Some, from which the counts of all are estimated (<see cref="GroupSample"/>); results are of no use.</summary>
    Sample,
    /// <summary>All.</summary>
    All,
}

/// <summary>A stand-in for a device that notes the launches made on it, and counts what they do.</summary>
public sealed class LaunchRecording : IDisposable
{
    /// <summary>Fewer groups are not worth an interpreter of their own.</summary>
    private const int LeastGroups = 32;

    private readonly Context context = Context.Create(_ => { });
    private readonly List<KernelLaunch> launches = [];
    private readonly LaunchCounting counting;
    private readonly SampleCache? known;
    private readonly CancellationToken stop;

    /// <param name="warpSize">32 stands for a GPU, 16, 8 and 4 for the vectors of a CPU: launchers choose their shapes by it.</param>
    /// <param name="counting">Which groups run.</param>
    /// <param name="known">Samples that were counted before, here or in other recordings; null for a sample of each launch.</param>
    /// <param name="standsFor">The device that launchers take it for; null for one that is known by its warp size alone.</param>
    /// <param name="stop">Looked at at each launch, and between the groups of one that runs.</param>
    public LaunchRecording(
        int warpSize, LaunchCounting counting, SampleCache? known = null, Accelerator? standsFor = null, CancellationToken stop = default)
    {
        (this.counting, this.known, this.stop) = (counting, known, stop);
        Accelerator = new RecordingAccelerator(this, context, InterpreterDevice.Create(warpSize), standsFor);
    }

    /// <summary>What to launch on.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The launches so far, in their order.</summary>
    public IReadOnlyList<KernelLaunch> Launches => launches;

    /// <summary>Whose launches are counted, by the kernels' names; those of others are only noted.</summary>
    public Func<string, bool> Counts { get; set; } = _ => true;

    /// <summary>Whether the warps of some groups of each launch are emulated: <see cref="KernelLaunch.Warps"/>.</summary>
    public bool Emulates { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        context.Dispose();
    }

    private sealed class RecordingAccelerator(
        LaunchRecording recording, Context context, InterpreterDevice device, Accelerator? standsFor)
        : InterpreterAccelerator(context, device)
    {
        public override Accelerator? StandsFor => standsFor;

        // A sample of the groups does not write all that later launches read.
        private protected override bool MemoryIsDefined => recording.counting == LaunchCounting.Sample;

        // Where nothing runs, nothing is kept.
        internal override nint AllocateBytes(long bytes) => base.AllocateBytes(recording.counting == LaunchCounting.None ? 0 : bytes);

        internal override unsafe void CopyIn(EngineStream stream, nint target, long byteOffset, void* source, long bytes)
        {
            if (recording.counting != LaunchCounting.None)
                base.CopyIn(stream, target, byteOffset, source, bytes);
        }

        internal override unsafe void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes)
        {
            if (recording.counting != LaunchCounting.None)
                base.CopyOut(stream, source, byteOffset, target, bytes);
            else
                new Span<byte>(target, (int)bytes).Clear();
        }

        internal override void Copy(
            EngineStream stream, nint source, long sourceOffset, nint target, long targetOffset, long bytes)
        {
            if (recording.counting != LaunchCounting.None)
                base.Copy(stream, source, sourceOffset, target, targetOffset, bytes);
        }

        internal override void Fill(EngineStream stream, nint target, long byteOffset, long bytes, byte value)
        {
            if (recording.counting != LaunchCounting.None)
                base.Fill(stream, target, byteOffset, bytes, value);
        }

        internal override Executable Compile(KernelSource source, Index3D groupDim) =>
            new RecordingExecutable(recording, this, source, groupDim);
    }

    private sealed class RecordingExecutable(
        LaunchRecording recording, RecordingAccelerator accelerator, KernelSource source, Index3D groupDim) : Executable
    {
        private readonly Lazy<Function> function = new(() =>
        {
            Function Optimize() => source.Optimize(groupDim, accelerator.WarpSize);
            return recording.known?.FunctionOf(source, groupDim, Optimize) ?? Optimize();
        });

        public override string Text => Printer.Print(function.Value);

        public override unsafe void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            recording.stop.ThrowIfCancellationRequested();
            LaunchCounts of = Count(gridDim, arguments, dynamicSharedBytes) ?? default;
            recording.launches.Add(new(source.Name, source.Method, source.Specialization, groupDim, gridDim,
                new(() => function.Value.SharedBytes + dynamicSharedBytes), of.Flops, of.Bytes, of.AccessedBytes)
            {
                Operations = of.Operations, Divisions = of.Divisions, Footprint = of.Footprint,
                Warps = recording.Emulates && CanRun && recording.Counts(source.Name)
                    ? Warps(gridDim, arguments, dynamicSharedBytes)
                    : null,
            });
        }

        private unsafe LaunchCounts? Count(Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            if (recording.counting == LaunchCounting.None || !recording.Counts(source.Name))
                return null;
            if (recording.counting == LaunchCounting.All)
                return CanRun ? Run(gridDim, arguments, dynamicSharedBytes) : null;
            if (recording.known is not { } known)
                return Sample(gridDim, arguments, dynamicSharedBytes, GroupSample.Usual);
            var address = (nint)arguments;
            return known.CountsOf(ShapeOf(gridDim, arguments, dynamicSharedBytes),
                () => Sample(gridDim, (byte*)address, dynamicSharedBytes, SampleCache.Groups));
        }

        private unsafe WarpProfile Warps(Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            var address = (nint)arguments;
            WarpProfile Run() => Emulate(gridDim, (byte*)address, dynamicSharedBytes);
            return recording.known?.WarpsOf(ShapeOf(gridDim, arguments, dynamicSharedBytes), Run) ?? Run();
        }

        /// <summary>What is the same in launches that differ in nothing but where their memory lies and what it holds.</summary>
        private unsafe string ShapeOf(Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            var memory = new LaunchMemory(source, arguments, handle => accelerator.MemoryOf(handle).Bytes);
            return $"{source.Name} {groupDim} {gridDim} {dynamicSharedBytes} {memory.Shape}";
        }

        /// <summary>PTX written by hand is not for the interpreter.</summary>
        private bool CanRun => !function.Value.Body.All().Any(i => i.Op == Op.Assembly);

        private unsafe LaunchCounts? Sample(Index3D gridDim, byte* arguments, int dynamicSharedBytes, int most)
        {
            if (!CanRun)
                return null;
            Assume(arguments);
            var address = (nint)arguments;
            var counters = new Counters(new TouchedBytes(byView: true))
            {
                Variance = Variance.Analyze(function.Value, groupDim, accelerator.WarpSize),
            };
            var slice = new AddressSlice(function.Value, countsShared: false);
            Interpreter interpreter = accelerator.Translate(source, function.Value, groupDim, counters, slice);
            return new GroupSample(gridDim, most, counters, group => interpreter.Run(
                gridDim, (byte*)address, accelerator.MemoryOf, dynamicSharedBytes, group..(group + 1), recording.stop)).Estimate().Whole;
        }

        /// <summary>Fills the views of which <see cref="SampledAsAttribute"/> says what they hold.</summary>
        private unsafe void Assume(byte* arguments)
        {
            ParameterInfo[] parameters = source.Method.GetParameters();
            foreach (ArgumentLayout.Leaf leaf in source.Arguments.Leaves)
            {
                if (leaf.Element != typeof(int) || parameters[leaf.Parameter].GetCustomAttribute<SampledAsAttribute>() is not { } assumed)
                    continue;
                var view = *(ViewArgument*)(arguments + leaf.Offset);
                Span<byte> bytes = accelerator.MemoryOf(view.Handle).ToWrite(view.ByteOffset, view.Length * sizeof(int));
                MemoryMarshal.Cast<byte, int>(bytes).Fill(assumed.Value);
            }
        }

        /// <summary>Interprets the first two groups along each axis, and the last, with the wide accesses of PTX.</summary>
        private unsafe WarpProfile Emulate(Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            Function wide = WideAccesses.Apply(function.Value, alignedViews: true);
            var warps = new WarpCounters(accelerator.WarpSize);
            Interpreter interpreter = accelerator.Translate(
                source, wide, groupDim, new Counters(new TouchedBytes(byView: true)) { Warps = warps },
                new AddressSlice(wide, countsShared: true));
            int row = gridDim.X, plane = gridDim.X * gridDim.Y, last = gridDim.Size - 1;
            foreach (int group in ((int[])[0, 1, row, plane, last]).Where(group => group <= last).Distinct())
                interpreter.Run(gridDim, arguments, accelerator.MemoryOf, dynamicSharedBytes, group..(group + 1), recording.stop);
            return warps.Profile;
        }

        /// <summary>Interprets the groups, one part of them on each processor.</summary>
        private unsafe LaunchCounts Run(Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            var touched = new TouchedBytes(byView: false);
            int parts = GroupsAreApart ? Math.Clamp(gridDim.Size / LeastGroups, 1, Environment.ProcessorCount) : 1;
            Counters[] counters = [.. Enumerable.Range(0, parts).Select(_ => new Counters(touched))];
            var address = (nint)arguments;
            Task[] tasks =
            [
                .. counters.Select((counter, part) => Task.Run(() => accelerator.Translate(source, function.Value, groupDim, counter).Run(
                    gridDim, (byte*)address, accelerator.MemoryOf, dynamicSharedBytes,
                    (int)((long)gridDim.Size * part / parts)..(int)((long)gridDim.Size * (part + 1) / parts), recording.stop))),
            ];
            Task.WhenAll(tasks).GetAwaiter().GetResult();
            LaunchCounts of = GroupCounts.Of(new Counters(touched)).Whole;
            return of with { Flops = counters.Sum(c => c.Flops), AccessedBytes = counters.Sum(c => c.AccessedBytes) };
        }

        /// <summary>Whether no group can see what another does.</summary>
        private bool GroupsAreApart => !function.Value.Body.All().Any(i => i.Op.IsAtomic() || i.Op == Op.FenceDevice);
    }
}
