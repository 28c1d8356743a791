using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.OpenCL;
using static VaeGpu.Gpu.Runtime.OpenCL.OpenCLLibrary;

namespace VaeGpu.Gpu.Accelerators.OpenCL;

/// <summary>A kernel that the driver has compiled.</summary>
internal sealed unsafe class OpenCLExecutable : Executable
{
    private readonly OpenCL12Accelerator accelerator;
    private readonly string name;
    private readonly OpenCLText text;
    private readonly Index3D groupDim;
    private readonly OpenCLProgramBuilder programs;
    private readonly nint program, kernel;
    private readonly (int Offset, MemoryType? Memory)[] arguments;
    private readonly Lock gate = new();

    public OpenCLExecutable(OpenCL12Accelerator accelerator, string name, OpenCLText text, Index3D groupDim, OpenCLProgramBuilder programs)
    {
        (this.accelerator, this.name, this.text, this.groupDim, this.programs) = (accelerator, name, text, groupDim, programs);
        program = programs.Build(name, text);
        kernel = programs.Kernel(program, text);
        arguments = [.. text.Arguments.Select(p => (p.ByteOffset, p.Memory))];
    }

    public override string Text => text.Source;

    public override void Launch(EngineStream stream, Index3D gridDim, byte* block, int dynamicSharedBytes)
    {
        ThrowIfTooMuchShared(dynamicSharedBytes);
        nuint* local = stackalloc nuint[3], global = stackalloc nuint[3];
        Sizes(gridDim, local, global);
        CLError error;
        nint made = 0;
        // The driver's kernel object holds the arguments: setting them and launching must not be torn apart.
        lock (gate)
        {
            accelerator.ThrowIfDisposed();
            error = SetArguments(kernel, block, dynamicSharedBytes);
            if (error == CLError.CL_SUCCESS)
            {
                error = clEnqueueNDRangeKernel(
                    accelerator.Queue, kernel, 3, null, global, local, 0, null, accelerator.IsProfiled ? &made : null);
            }
        }
        if (error != CLError.CL_SUCCESS)
            throw Failure(gridDim, error);
        accelerator.Took(made);
    }

    /// <summary>
    /// Puts a launch into a command buffer, and gives the kernel object that holds its arguments: one of its own, since PoCL 3.1 lets later
    /// arguments of the same object into commands that were recorded before.
    /// </summary>
    public nint Append(CommandBuffers driver, nint commandBuffer, RecordedLaunch launch, uint* after, uint* syncPoint)
    {
        ThrowIfTooMuchShared(launch.DynamicSharedBytes);
        nuint* local = stackalloc nuint[3], global = stackalloc nuint[3];
        Sizes(launch.GridDim, local, global);
        nint own = programs.Kernel(program, text);
        CLError error = SetArguments(own, launch.Arguments, launch.DynamicSharedBytes);
        if (error == CLError.CL_SUCCESS)
        {
            uint waits = after is null ? 0u : 1u;
            error = driver.NDRangeKernel(commandBuffer, 0, null, own, 3, null, global, local, waits, after, syncPoint, null);
        }
        if (error == CLError.CL_SUCCESS)
            return own;
        clReleaseKernel(own);
        throw Failure(launch.GridDim, error);
    }

    /// <summary>Waits for a launch that another thread is making; called when the accelerator is disposed, which later ones see.</summary>
    public void Close()
    {
        lock (gate)
        {
        }
    }

    /// <summary>Gives kernel object and program back to the driver.</summary>
    public void Release()
    {
        clReleaseKernel(kernel);
        clReleaseProgram(program);
    }

    private CLError SetArguments(nint kernel, byte* block, int dynamicSharedBytes)
    {
        uint index = 0;
        foreach ((int offset, MemoryType? memory) in arguments)
        {
            CLError error = memory is { } type
                ? SetScalar(kernel, ref index, block + offset, type)
                : SetView(kernel, ref index, (ViewArgument*)(block + offset));
            if (error != CLError.CL_SUCCESS)
                return error;
        }
        return text.UsesDynamicShared
            ? clSetKernelArg(kernel, index, (nuint)Math.Max(dynamicSharedBytes, 1), null)
            : CLError.CL_SUCCESS;
    }

    private CLError SetView(nint kernel, ref uint index, ViewArgument* view)
    {
        CLError error = clSetKernelArg(kernel, index++, (nuint)sizeof(nint), &view->Handle);
        return error == CLError.CL_SUCCESS ? clSetKernelArg(kernel, index++, sizeof(long), &view->ByteOffset) : error;
    }

    private CLError SetScalar(nint kernel, ref uint index, byte* value, MemoryType type)
    {
        long widened = type.Read(in *value);
        return clSetKernelArg(kernel, index++, (nuint)type.ValueType().Bytes, &widened);
    }

    private void Sizes(Index3D gridDim, nuint* local, nuint* global)
    {
        (local[0], local[1], local[2]) = ((nuint)groupDim.X, (nuint)groupDim.Y, (nuint)groupDim.Z);
        (global[0], global[1], global[2]) = ((nuint)gridDim.X * local[0], (nuint)gridDim.Y * local[1], (nuint)gridDim.Z * local[2]);
    }

    private void ThrowIfTooMuchShared(int dynamicSharedBytes)
    {
        if (text.SharedBytes + dynamicSharedBytes > accelerator.MaxSharedMemoryPerGroup)
        {
            throw new KernelLaunchException(
                $"{name} needs {text.SharedBytes} bytes of static and {dynamicSharedBytes} of dynamic shared memory; "
                + $"{accelerator.Name} has {accelerator.MaxSharedMemoryPerGroup}. Use a smaller tile.");
        }
    }

    private KernelLaunchException Failure(Index3D gridDim, CLError error) =>
        new($"{accelerator.Name} does not launch {name} with {gridDim.X}×{gridDim.Y}×{gridDim.Z} groups of "
            + $"{groupDim.X}×{groupDim.Y}×{groupDim.Z} threads: {error}. {Remedy(error)}");

    private static string Remedy(CLError error) => error switch
    {
        CLError.CL_INVALID_WORK_GROUP_SIZE or CLError.CL_INVALID_WORK_ITEM_SIZE =>
            "The kernel needs too many registers for groups of this size: choose a smaller group.",
        CLError.CL_INVALID_MEM_OBJECT or CLError.CL_INVALID_ARG_VALUE =>
            "A view's memory was freed, or belongs to another accelerator.",
        _ when error.IsOutOfMemory() => "The device is out of registers, shared memory or memory: choose a smaller group, tile or batch.",
        _ => "This is a defect of the compiler or the driver.",
    };
}
