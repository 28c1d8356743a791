using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Targets.Ptx;
using EmittedModule = VaeGpu.Gpu.Targets.Ptx.PtxModule;

namespace VaeGpu.Tests.Ptx;

/// <summary>A GPU without a driver: kernels become PTX, and <see cref="PtxMachine"/> runs the text and checks every step.</summary>
internal sealed class MachineAccelerator : Accelerator
{
    private readonly PtxMemory memory = new();
    private readonly PtxMachine machine;
    private readonly Lock gate = new();

    public MachineAccelerator() : base(new MachineDevice()) => machine = new PtxMachine(memory);

    /// <summary>The warp instructions after which a launch counts as endless.</summary>
    public long MaxInstructions { set => machine.MaxInstructions = value; }

    public override void Synchronize() { }

    internal override nint AllocateBytes(long bytes)
    {
        lock (gate)
            return (nint)memory.Allocate(Math.Max(1, bytes));
    }

    internal override void FreeBytes(nint handle)
    {
        lock (gate)
            memory.Free((ulong)handle);
    }

    internal override unsafe void CopyIn(AcceleratorStream stream, MemoryBuffer target, long byteOffset, void* source, long bytes)
    {
        lock (gate)
            memory.Write((ulong)(target.Handle + byteOffset), new ReadOnlySpan<byte>(source, (int)bytes));
    }

    internal override unsafe void CopyOut(AcceleratorStream stream, MemoryBuffer source, long byteOffset, void* target, long bytes)
    {
        lock (gate)
            memory.Read((ulong)(source.Handle + byteOffset), new Span<byte>(target, (int)bytes));
    }

    internal override void Clear(AcceleratorStream stream, MemoryBuffer target, long byteOffset, long bytes)
    {
        lock (gate)
            memory.Fill((ulong)(target.Handle + byteOffset), [0], bytes);
    }

    internal override Executable Compile(KernelSource source, Index3D groupDim) => Compile(source.Optimize(groupDim, WarpSize), groupDim);

    /// <summary>Compiles a kernel that the passes are through with, but for wide accesses.</summary>
    internal Executable Compile(Function function, Index3D groupDim) => new MachineExecutable(this, function, groupDim);

    private protected override void DisposeDevice() { }

    private sealed class MachineDevice : Device
    {
        [SetsRequiredMembers]
        public MachineDevice() => (Name, WarpSize, MaxNumThreadsPerGroup, MaxSharedMemoryPerGroup, NumMultiprocessors, MemorySize)
            = ("PTX machine", PtxEmitter.WarpSize, 1024, PtxMachine.MaxSharedBytes, 1, 1L << 40);

        public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;

        public override Accelerator CreateAccelerator(Context context) => new MachineAccelerator();
    }

    private sealed class MachineExecutable(MachineAccelerator accelerator, Function function, Index3D groupDim) : Executable
    {
        // By what a launch's arguments allow: that views start at multiples of 16, and that none which is read is written.
        private readonly Dictionary<(bool Aligned, bool Restrict), (EmittedModule Module, PtxEntry Entry)> forms = [];

        public override string Text => Form(true, true).Module.Text;

        public override unsafe void Launch(AcceleratorStream stream, Index3D gridDim, byte* block, int dynamicSharedBytes)
        {
            lock (accelerator.gate)
            {
                bool aligned = true;
                foreach (Parameter view in function.Parameters.Where(p => p.Type.IsPointer))
                    aligned &= ((ViewArgument*)(block + view.ByteOffset))->ByteOffset % 16 == 0;
                (EmittedModule module, PtxEntry entry) = Form(aligned, Form(aligned, true).Module.Accepts(block));
                var parameters = new byte[entry.ParameterBytes];
                for (int i = 0; i < module.Arguments.Count; i++)
                    Write(module.Arguments[i].Parameter, block, parameters.AsSpan(entry.Parameters[i].Offset));
                Index3D group = module.GroupDim;
                accelerator.machine.Launch(entry, (gridDim.X, gridDim.Y, gridDim.Z), (group.X, group.Y, group.Z), dynamicSharedBytes, parameters);
            }
        }

        private static unsafe void Write(Parameter parameter, byte* block, Span<byte> target)
        {
            byte* value = block + parameter.ByteOffset;
            if (parameter.Memory is { } memory)
                new ReadOnlySpan<byte>(value, memory.Bytes()).CopyTo(target);
            else
                MemoryMarshal.Write(target, ((ViewArgument*)value)->Handle + ((ViewArgument*)value)->ByteOffset);
        }

        private (EmittedModule Module, PtxEntry Entry) Form(bool aligned, bool restrict)
        {
            if (!forms.TryGetValue((aligned, restrict), out var form))
            {
                EmittedModule module = PtxEmitter.Emit(WideAccesses.Apply(function, aligned), groupDim, new PtxOptions(restrict));
                forms.Add((aligned, restrict), form = (module, PtxModule.Parse(module.Text).Entry(module.Entry)));
            }
            return form;
        }
    }
}
