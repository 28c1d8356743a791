using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU.Runtime.CPU;

namespace VaeGpu.Tests;

/// <summary>
/// Runs a kernel as the C# method that it is, thread after thread: the simplest oracle. A kernel with a barrier throws
/// <see cref="NotSupportedException"/>.
/// </summary>
internal sealed unsafe class HostAccelerator : EngineAccelerator
{
    public HostAccelerator() : base(TestDevice.SharedContext, new HostDevice()) => Open();

    internal override void Finish() { }

    internal override nint AllocateBytes(long bytes) => Marshal.AllocHGlobal((nint)Math.Max(1, bytes));

    internal override void FreeBytes(nint handle) => Marshal.FreeHGlobal(handle);

    internal override void CopyIn(EngineStream stream, nint target, long byteOffset, void* source, long bytes) =>
        NativeMemory.Copy(source, (byte*)target + byteOffset, (nuint)bytes);

    internal override void CopyOut(EngineStream stream, nint source, long byteOffset, void* target, long bytes) =>
        NativeMemory.Copy((byte*)source + byteOffset, target, (nuint)bytes);

    internal override void Copy(EngineStream stream, nint source, long sourceOffset, nint target, long targetOffset, long bytes) =>
        NativeMemory.Copy((byte*)source + sourceOffset, (byte*)target + targetOffset, (nuint)bytes);

    internal override void Fill(EngineStream stream, nint target, long byteOffset, long bytes, byte value) =>
        NativeMemory.Fill((byte*)target + byteOffset, (nuint)bytes, value);

    internal override Executable Compile(KernelSource source, Index3D groupDim) => new HostExecutable(source, groupDim);

    private protected override void DisposeDevice() { }

    [DeviceType(AcceleratorType.CPU)]
    private sealed class HostDevice : EngineDevice
    {
        public HostDevice()
        {
            Name = "plain C#";
            WarpSize = 16;
            MaxNumThreadsPerGroup = MaxNumThreadsPerMultiprocessor = 1024;
            MaxSharedMemoryPerGroup = 1 << 16;
            NumMultiprocessors = 1;
            MemorySize = 1 << 30;
        }

        private protected override string Kind => "plain C#";

        public override Accelerator CreateAccelerator(Context context) => new HostAccelerator();
    }

    private sealed class HostExecutable(KernelSource source, Index3D groupDim) : Executable
    {
        public override string Text => source.Name;

        public override void Launch(EngineStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            var values = new object[source.Method.GetParameters().Length];
            foreach (ArgumentLayout.Leaf leaf in source.Arguments.Leaves)
            {
                if (leaf.Path.Length > 0)
                    throw new NotSupportedException("Plain C# is not called with views in structs.");
                values[leaf.Parameter] = leaf.Element is null
                    ? Marshal.PtrToStructure((nint)(arguments + leaf.Offset), leaf.Type)!
                    : View(leaf.Type, *(ViewArgument*)(arguments + leaf.Offset));
            }
            try
            {
                object extent = values[0];
                HostThread.ForEach(gridDim, groupDim, index =>
                {
                    if (!source.IsImplicit || TryIndex(extent, index, out values[0]))
                        source.Method.Invoke(null, values);
                });
            }
            catch (TargetInvocationException failure)
            {
                throw new NotSupportedException(
                    $"Plain C# does not run {source.Name}: {failure.InnerException!.Message}", failure.InnerException);
            }
        }

        /// <summary>This thread's index in place of an implicitly grouped kernel's extent; false outside it.</summary>
        private static bool TryIndex(object extent, Index3D at, out object index)
        {
            (index, bool isInside) = extent switch
            {
                Index1D n => ((object)new Index1D(at.X), at.X < n.X),
                Index2D n => (new Index2D(at.X, at.Y), at.X < n.X && at.Y < n.Y),
                Index3D n => (at, at.X < n.X && at.Y < n.Y && at.Z < n.Z),
                _ => (extent, true),
            };
            return isInside;
        }

        private static object View(Type type, ViewArgument view) =>
            Activator.CreateInstance(type, new Borrowed((nint)(view.Handle + view.ByteOffset)), 0L, view.Length)!;
    }

    /// <summary>Memory of the host's, which ILGPU lets views be indexed in.</summary>
    private sealed class Borrowed : MemoryBuffer
    {
        public Borrowed(nint address) : base(null!, 0, 1) => NativePtr = address;

        protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView) =>
            throw new NotSupportedException();

        protected override void CopyTo(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
            throw new NotSupportedException();

        protected override void CopyFrom(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
            throw new NotSupportedException();

        protected override void DisposeAcceleratorObject(bool disposing) { }
    }
}

/// <summary>
/// Where a kernel method stands when it is called as plain C#: the indices that <see cref="Group"/> and <see cref="Grid"/> answer with,
/// which ILGPU keeps for the threads of its CPU accelerator alone.
/// </summary>
internal static class HostThread
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Assembly ilgpu = typeof(CPUAccelerator).Assembly;
    private static readonly Type threadType = ilgpu.GetType("ILGPU.Runtime.CPU.CPURuntimeThreadContext", throwOnError: true)!;
    private static readonly Type groupType = ilgpu.GetType("ILGPU.Runtime.CPU.CPURuntimeGroupContext", throwOnError: true)!;
    private static readonly object multiprocessor = ((Array)typeof(CPUAccelerator).GetField("multiprocessors", Members)!
        .GetValue(new CPUDevice(2, 1, 1).CreateAccelerator(TestDevice.SharedContext))!).GetValue(0)!;

    /// <summary>Calls <paramref name="thread"/> once for each thread of a launch, in order, with its place in the whole launch.</summary>
    public static void ForEach(Index3D gridDim, Index3D groupDim, Action<Index3D> thread)
    {
        object group = Activator.CreateInstance(groupType, multiprocessor)!, self = Activator.CreateInstance(threadType, 0, 0)!;
        Set(group, "GridDimension", gridDim);
        Set(group, "GroupDimension", groupDim);
        FieldInfo currentGroup = groupType.GetField("currentContext", Members)!,
            currentThread = threadType.GetField("currentContext", Members)!;
        currentGroup.SetValue(null, group);
        currentThread.SetValue(null, self);
        try
        {
            for (int g = 0; g < gridDim.Size; g++)
            {
                Index3D gridIndex = Unflatten(g, gridDim);
                Set(self, "GridIndex", gridIndex);
                for (int lane = 0; lane < groupDim.Size; lane++)
                {
                    Index3D groupIndex = Unflatten(lane, groupDim);
                    Set(self, "GroupIndex", groupIndex);
                    thread(gridIndex * groupDim + groupIndex);
                }
            }
        }
        finally
        {
            currentThread.SetValue(null, null);
            currentGroup.SetValue(null, null);
        }
    }

    private static Index3D Unflatten(int linear, Index3D extent) =>
        new(linear % extent.X, linear / extent.X % extent.Y, linear / extent.X / extent.Y);

    private static void Set(object owner, string property, Index3D value) =>
        owner.GetType().GetProperty(property, Members)!.SetValue(owner, value);
}
