using System.Reflection;
using System.Runtime.InteropServices;
using VaeGpu.Gpu;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Tests;

/// <summary>
/// Runs a kernel as the C# method that it is, thread after thread: the simplest oracle. A kernel with a barrier throws
/// <see cref="NotSupportedException"/>.
/// </summary>
internal sealed class HostAccelerator() : Accelerator(new HostDevice())
{
    internal override bool SharesHostMemory => true;

    internal override void Finish() { }

    internal override nint AllocateBytes(long bytes) => Marshal.AllocHGlobal((nint)Math.Max(1, bytes));

    internal override void FreeBytes(nint handle) => Marshal.FreeHGlobal(handle);

    internal override unsafe void CopyIn(AcceleratorStream stream, MemoryBuffer target, long byteOffset, void* source, long bytes) =>
        Buffer.MemoryCopy(source, (byte*)target.Handle + byteOffset, bytes, bytes);

    internal override unsafe void CopyOut(AcceleratorStream stream, MemoryBuffer source, long byteOffset, void* target, long bytes) =>
        Buffer.MemoryCopy((byte*)source.Handle + byteOffset, target, bytes, bytes);

    internal override unsafe void Clear(AcceleratorStream stream, MemoryBuffer target, long byteOffset, long bytes) =>
        NativeMemory.Clear((byte*)target.Handle + byteOffset, (nuint)bytes);

    internal override Executable Compile(KernelSource source, Index3D groupDim) => new HostExecutable(source.Method, groupDim);

    private protected override void DisposeDevice() { }

    private sealed class HostDevice : Device
    {
        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public HostDevice() => (Name, WarpSize, MaxNumThreadsPerGroup, MaxSharedMemoryPerGroup, NumMultiprocessors, MemorySize)
            = ("plain C#", 16, 1024, 1 << 16, 1, 1 << 30);

        public override AcceleratorType AcceleratorType => AcceleratorType.CPU;

        public override Accelerator CreateAccelerator(Context context) => new HostAccelerator();
    }

    private sealed class HostExecutable(MethodInfo method, Index3D groupDim) : Executable
    {
        public override string Text => method.ToString()!;

        public override unsafe void Launch(AcceleratorStream stream, Index3D gridDim, byte* arguments, int dynamicSharedBytes)
        {
            ParameterInfo[] parameters = method.GetParameters();
            var values = new object[parameters.Length];
            for (int i = 0; i < values.Length; i++)
            {
                Type type = parameters[i].ParameterType;
                values[i] = ArgumentPacker.IsView(type)
                    ? View(type, *(ViewArgument*)arguments)
                    : Marshal.PtrToStructure((nint)arguments, type)!;
                arguments += ArgumentPacker.SlotBytes(type);
            }
            try
            {
                object extent = values[0];
                HostThread.ForEach(new KernelConfig(gridDim, groupDim), () =>
                {
                    if (TryIndex(extent, out values[0]))
                        method.Invoke(null, values);
                });
            }
            catch (TargetInvocationException failure) when (failure.InnerException is NotSupportedException inner)
            {
                throw inner;
            }
        }

        /// <summary>This thread's index in place of an implicitly grouped kernel's extent; false outside it.</summary>
        private static bool TryIndex(object extent, out object index)
        {
            (int x, int y, int z) = Grid.GlobalIndex;
            (index, bool isInside) = extent switch
            {
                Index1D n => ((object)new Index1D(x), x < n.X),
                Index2D n => (new Index2D(x, y), x < n.X && y < n.Y),
                Index3D n => (new Index3D(x, y, z), x < n.X && y < n.Y && z < n.Z),
                _ => (extent, true),
            };
            return isInside;
        }

        private static object View(Type type, ViewArgument view) => Activator.CreateInstance(
            type, BindingFlags.Instance | BindingFlags.NonPublic, null, [new Borrowed(view.Handle), view.ByteOffset, view.Length], null)!;
    }

    private sealed class Borrowed(nint address) : MemoryBuffer(null, 0, address)
    {
        internal override nint HostAddress => Handle;
    }
}
