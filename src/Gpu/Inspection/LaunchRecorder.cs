using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu.Inspection;

/// <summary>Notes the launches of some work on the interpreter, in their order, and counts what they do.</summary>
public static class LaunchRecorder
{
    /// <summary>Runs some work and gives its launches.</summary>
    /// <param name="warpSize">32 stands for a GPU, 16, 8 and 4 for the vectors of a CPU: launchers choose their shapes by it.</param>
    /// <param name="runs">Whether kernels run, and are counted; else they are only noted, and memory keeps what it holds.</param>
    /// <param name="work">What to run on the accelerator that it is given.</param>
    public static IReadOnlyList<LaunchRecord> Record(int warpSize, bool runs, Action<Accelerator> work)
    {
        using var accelerator = new RecordingAccelerator(InterpreterDevice.Create(warpSize), runs);
        work(accelerator);
        return accelerator.Launches;
    }

    private sealed class RecordingAccelerator(InterpreterDevice device, bool runs) : InterpreterAccelerator(device)
    {
        public List<LaunchRecord> Launches { get; } = [];

        internal override Executable Compile(KernelSource source, Index3D groupDim) => new Recording(this, source, groupDim, runs);
    }

    private sealed class Recording(RecordingAccelerator accelerator, KernelSource source, Index3D groupDim, bool runs) : Executable
    {
        private readonly Function function = source.Optimize(groupDim, accelerator.WarpSize);

        public override string Text => Printer.Print(function);

        public override unsafe void Launch(AcceleratorStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            var counters = new Counters();
            // PTX written by hand is not for the interpreter.
            if (runs && !function.Body.All().Any(i => i.Op == Op.Assembly))
                accelerator.Compile(source, function, groupDim, counters).Launch(stream, gridDim, arguments, dynamicSharedBytes);
            accelerator.Launches.Add(new(source.Name, source.Method, source.Specialization, groupDim, gridDim,
                function.SharedBytes + dynamicSharedBytes, counters.Flops, counters.Bytes,
                counters.AccessedBytes, counters.SharedBytes));
        }
    }
}
