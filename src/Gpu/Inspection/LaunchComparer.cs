using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Runtime.Cuda;

namespace VaeGpu.Gpu.Inspection;

/// <summary>
/// Runs some work on the processor, and each of its launches on another accelerator as well, from the same random memory; then compares
/// all that both leave in memory, bit for bit. It needs to know nothing of the kernels.
/// </summary>
public static class LaunchComparer
{
    /// <summary>Runs the work.</summary>
    /// <param name="subject">The accelerator to hold against the processor; launchers choose their shapes by it.</param>
    /// <param name="vectorBits">The processor's vectors, as for <see cref="SimdDevice.Create"/>.</param>
    /// <param name="seed">What the random memory follows from.</param>
    /// <param name="work">What to run on the accelerator that it is given. Its results are of no use.</param>
    /// <param name="tell">Told of each comparison: the kernel, and what is wrong with it, or null.</param>
    /// <param name="stop">Looked at at each launch.</param>
    /// <returns>Whether all was compared: false where a failure put the accelerator out of order.</returns>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public static bool Run(
        Accelerator subject, int vectorBits, int seed, Action<Accelerator> work, Action<string, string?> tell,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        using Context context = Context.Create(_ => { });
        using var reference = new Reference(context, subject, SimdDevice.Create(0, vectorBits), new Random(seed), tell, stop);
        try
        {
            work(reference);
            return true;
        }
        catch (SubjectStoppedException)
        {
            return false;
        }
    }

    /// <summary>Whether an accelerator can be used after an exception: those of ILGPU may hold their locks for ever.</summary>
    private static bool Survives(Accelerator subject, Exception e) => subject is EngineAccelerator && e is not AcceleratorLostException;

    /// <summary>The processor, in the place of the subject.</summary>
    private sealed class Reference(
        Context context, Accelerator subject, SimdDevice device, Random random, Action<string, string?> tell, CancellationToken stop)
        : SimdAccelerator(context, device.ToOpen())
    {
        private readonly Dictionary<nint, long> lengths = [];
        private readonly HashSet<string> compared = [];
        private readonly LaunchReplay replay = new(subject);

        public override Accelerator StandsFor => subject;

        internal override nint AllocateBytes(long bytes)
        {
            nint handle = base.AllocateBytes(bytes);
            lengths[handle] = bytes;
            return handle;
        }

        internal override Executable Compile(KernelSource source, Index3D groupDim) =>
            new Compared(this, source, groupDim, base.Compile(source, groupDim));

        /// <summary>Makes a launch, and compares it if there was none like it before.</summary>
        public unsafe void Launch(KernelSource source, KernelConfig config, byte* arguments, Action launch)
        {
            stop.ThrowIfCancellationRequested();
            var memory = new LaunchMemory(source, arguments, handle => lengths[handle]);
            if (!compared.Add($"{source.Name} {source.Specialization} {config.GroupDim} {config.GridDim} {memory.Shape}"))
            {
                launch();
                return;
            }
            string? fault = null;
            foreach (InputDistribution distribution in Enum.GetValues<InputDistribution>())
            {
                memory.Randomize(random, distribution);
                byte[][] before = memory.Snapshot();
                launch();
                fault ??= Fault(memory, before, config);
            }
            tell(source.Name, fault);
        }

        private string? Fault(LaunchMemory memory, byte[][] before, KernelConfig config)
        {
            try
            {
                return replay.Run(memory, before, config, out byte[][] after) ?? MemoryDifference.Find(memory, after, memory.Snapshot());
            }
            catch (Exception e)
            {
                // Launchers are called by reflection.
                Exception cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
                if (Survives(subject, cause))
                    return cause.Message;
                tell(memory.Source.Name, cause.GetBaseException().Message);
                throw new SubjectStoppedException();
            }
        }
    }

    private sealed class SubjectStoppedException : Exception;

    private sealed class Compared(Reference reference, KernelSource source, Index3D groupDim, Executable executable) : Executable
    {
        public override string Text => executable.Text;

        public override unsafe void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            var address = (nint)arguments;
            reference.Launch(
                source, new KernelConfig(gridDim, groupDim, new SharedMemoryConfig(dynamicSharedBytes, 1)), arguments,
                () => executable.Launch(stream, gridDim, (byte*)address, dynamicSharedBytes));
        }
    }
}
