using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Runtime;

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
        using var accelerator = new RecordingAccelerator(context, InterpreterDevice.Create(warpSize), runs, stop);
        work(accelerator);
        return accelerator.Launches;
    }

    private sealed class RecordingAccelerator(Context context, InterpreterDevice device, bool runs, CancellationToken stop)
        : InterpreterAccelerator(context, device)
    {
        public List<KernelLaunch> Launches { get; } = [];

        internal override Executable Compile(KernelSource source, Index3D groupDim) => new Recording(this, source, groupDim, runs, stop);
    }

    private sealed class Recording(
        RecordingAccelerator accelerator, KernelSource source, Index3D groupDim, bool runs, CancellationToken stop) : Executable
    {
        private readonly Lazy<Function> function = new(() => source.Optimize(groupDim, accelerator.WarpSize));

        public override string Text => Printer.Print(function.Value);

        public override unsafe void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            stop.ThrowIfCancellationRequested();
            var touched = new TouchedBytes();
            // PTX written by hand is not for the interpreter.
            Counters[] counters = runs && !function.Value.Body.All().Any(i => i.Op == Op.Assembly)
                ? Run(gridDim, arguments, dynamicSharedBytes, touched)
                : [];
            accelerator.Launches.Add(new(source.Name, source.Method, source.Specialization, groupDim, gridDim,
                new(() => function.Value.SharedBytes + dynamicSharedBytes), counters.Sum(c => c.Flops), touched.Count,
                counters.Sum(c => c.AccessedBytes)));
        }

        /// <summary>Interprets the groups, one part of them on each processor.</summary>
        private unsafe Counters[] Run(Index3D gridDim, byte* arguments, int dynamicSharedBytes, TouchedBytes touched)
        {
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
            return counters;
        }

        /// <summary>Whether no group can see what another does.</summary>
        private bool GroupsAreApart => !function.Value.Body.All().Any(i => i.Op.IsAtomic() || i.Op == Op.FenceDevice);
    }
}
