using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Gpu.Accelerators.Cuda;

/// <summary>A text that the driver has compiled and loaded.</summary>
internal sealed unsafe class CudaKernel(PtxAccelerator accelerator, string name, PtxModule ptx, nint module, string log)
{
    private readonly ICudaDriver driver = accelerator.Driver;
    private readonly (int Offset, bool IsView)[] arguments =
        [.. ptx.Arguments.Select(argument => (argument.Parameter.ByteOffset, argument.Parameter.Memory is null))];
    private nint function;

    public PtxModule Ptx { get; } = ptx;

    /// <summary>What it takes of the device; there after <see cref="Prepare"/>.</summary>
    public KernelReport Report { get; private set; } = null!;

    /// <summary>Looks the function up, asks what it takes, and asks for all the shared memory that launches could want.</summary>
    /// <exception cref="KernelLaunchException">Groups of this shape do not fit the device.</exception>
    public void Prepare()
    {
        nint found;
        fixed (byte* entry = Encoding.ASCII.GetBytes(Ptx.Entry + '\0'))
            accelerator.Check(driver.ModuleGetFunction(&found, module, entry), $"cuModuleGetFunction({Ptx.Entry})");
        function = found;
        (int Stores, int Loads)? spills = JitLog.Spills(log);
        Report = new(
            Ask(CudaFunctionAttribute.Registers), Ask(CudaFunctionAttribute.LocalBytes), spills?.Stores, spills?.Loads,
            Ask(CudaFunctionAttribute.SharedBytes), Ask(CudaFunctionAttribute.ConstantBytes),
            Ask(CudaFunctionAttribute.MaxThreadsPerBlock), log);
        if (Ptx.GroupDim.Size > Report.MaxThreads)
            throw TooManyRegisters();
        if (Report.SharedBytes > accelerator.MaxSharedMemoryPerGroup)
            throw TooMuchShared(0);
        if (Ptx.UsesDynamicShared)
        {
            int most = accelerator.MaxSharedMemoryPerGroup - Report.SharedBytes;
            const CudaFunctionAttribute limit = CudaFunctionAttribute.MaxDynamicSharedBytes;
            if (most > Ask(limit))
                accelerator.Check(driver.FuncSetAttribute(function, limit, most), "cuFuncSetAttribute");
        }
    }

    /// <summary>Launches it; the context is current.</summary>
    public void Launch(nint stream, Index3D gridDim, byte* block, int dynamicSharedBytes)
    {
        if (Report.SharedBytes + dynamicSharedBytes > accelerator.MaxSharedMemoryPerGroup)
            throw TooMuchShared(dynamicSharedBytes);
        void** parameters = stackalloc void*[arguments.Length];
        ulong* addresses = stackalloc ulong[arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            (int offset, bool isView) = arguments[i];
            parameters[i] = block + offset;
            if (!isView)
                continue;
            var view = (ViewArgument*)(block + offset);
            addresses[i] = view->Handle == 0 ? 0 : (ulong)(view->Handle + view->ByteOffset);
            parameters[i] = &addresses[i];
        }
        Index3D group = Ptx.GroupDim;
        accelerator.Launched(name);
        // Without a use of dynamic shared memory in the kernel there is no room for it to ask for.
        CudaError error = driver.LaunchKernel(
            function, (uint)gridDim.X, (uint)gridDim.Y, (uint)gridDim.Z, (uint)group.X, (uint)group.Y, (uint)group.Z,
            Ptx.UsesDynamicShared ? (uint)dynamicSharedBytes : 0, stream, parameters, null);
        if (error != CudaError.CUDA_SUCCESS)
            throw Failure(gridDim, error);
        if (accelerator.LaunchesBlock)
            accelerator.Check(driver.StreamSynchronize(stream), "cuStreamSynchronize");
    }

    /// <summary>Gives the code back to the driver.</summary>
    public void Unload() => driver.ModuleUnload(module);

    private int Ask(CudaFunctionAttribute what)
    {
        int value;
        accelerator.Check(driver.FuncGetAttribute(&value, what, function), $"cuFuncGetAttribute({what})");
        return value;
    }

    private Exception Failure(Index3D gridDim, CudaError error)
    {
        accelerator.ThrowIfSticky(error, "cuLaunchKernel");
        Index3D most = ((PtxDevice)accelerator.Device).MaxGridSize;
        if (gridDim.X > most.X || gridDim.Y > most.Y || gridDim.Z > most.Z)
        {
            return new KernelLaunchException($"{name} was launched with {Size(gridDim)} groups; "
                + $"{accelerator.Name} takes at most {Size(most)}. Choose a larger group, or lay the groups along x.");
        }
        string remedy = error switch
        {
            CudaError.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES =>
                $"With {Report.Registers} registers for each thread the group does not fit: choose a smaller group or tile.",
            CudaError.CUDA_ERROR_OUT_OF_MEMORY =>
                "The device has no memory left for the launch itself: free buffers, or end other programs on it.",
            _ => "This is a defect of the compiler or the driver.",
        };
        return new KernelLaunchException(
            $"{accelerator.Name} does not launch {name} with {Size(gridDim)} groups of {Size(Ptx.GroupDim)} threads: {error}. {remedy}");
    }

    private KernelLaunchException TooManyRegisters() =>
        new($"{name} takes {Report.Registers} registers for each thread, so that "
            + $"{accelerator.Name} can run {Report.MaxThreads} threads of it in a group; it was launched with groups of "
            + $"{Size(Ptx.GroupDim)} "
            + "threads. Choose a smaller group or tile.");

    private KernelLaunchException TooMuchShared(int dynamicSharedBytes) =>
        new($"{name} needs {Report.SharedBytes} bytes of static and {dynamicSharedBytes} of dynamic shared memory; "
            + $"{accelerator.Name} has {accelerator.MaxSharedMemoryPerGroup}. Use a smaller tile.");

    private static string Size(Index3D size) => $"{size.X}×{size.Y}×{size.Z}";
}
