using ILGPU.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Runtime;
using static VaeGpu.Gpu.Runtime.OpenCL.OpenCLLibrary;

namespace VaeGpu.Gpu.Accelerators.OpenCL;

/// <summary>The entry points of the extension cl_khr_command_buffer, which belong to a platform.</summary>
internal sealed unsafe class CommandBuffers
{
    public const string Extension = "cl_khr_command_buffer";

    /// <summary>CL_COMMAND_BUFFER_CAPABILITY_SIMULTANEOUS_USE_KHR: may be queued again before the last run is done.</summary>
    public const ulong SimultaneousUse = 1 << 2;

    public readonly delegate* unmanaged<uint, nint*, void*, CLError*, nint> Create;
    public readonly delegate* unmanaged<nint, nint, void*, nint, uint, nuint*, nuint*, nuint*, uint, uint*, uint*, void*, CLError>
        NDRangeKernel;
    public readonly delegate* unmanaged<nint, CLError> Complete;
    public readonly delegate* unmanaged<uint, nint*, nint, uint, nint*, nint*, CLError> Enqueue;
    public readonly delegate* unmanaged<nint, CLError> Release;

    private CommandBuffers(Func<string, nint> find)
    {
        Create = (delegate* unmanaged<uint, nint*, void*, CLError*, nint>)find("clCreateCommandBufferKHR");
        NDRangeKernel = (delegate* unmanaged<nint, nint, void*, nint, uint, nuint*, nuint*, nuint*, uint, uint*, uint*, void*, CLError>)
            find("clCommandNDRangeKernelKHR");
        Complete = (delegate* unmanaged<nint, CLError>)find("clFinalizeCommandBufferKHR");
        Enqueue = (delegate* unmanaged<uint, nint*, nint, uint, nint*, nint*, CLError>)find("clEnqueueCommandBufferKHR");
        Release = (delegate* unmanaged<nint, CLError>)find("clReleaseCommandBufferKHR");
    }

    /// <summary>The extension on a device; null where the driver does not have it.</summary>
    public static CommandBuffers? Of(OpenCL12Device device)
    {
        if (!device.HasCommandBuffers)
            return null;
        bool isWhole = true;
        var found = new CommandBuffers(name =>
        {
            fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(name + '\0'))
            {
                nint address = clGetExtensionFunctionAddressForPlatform(device.Platform, text);
                isWhole &= address != 0;
                return address;
            }
        });
        return isWhole ? found : null;
    }
}

/// <summary>Recorded launches as a command buffer of the driver: each waits for the one before.</summary>
internal sealed unsafe class CommandBufferGraph : LaunchGraph
{
    // CL_COMMAND_BUFFER_FLAGS_KHR, CL_COMMAND_BUFFER_SIMULTANEOUS_USE_KHR
    private const ulong Flags = 0x1293, Simultaneous = 1;

    private readonly OpenCL12Accelerator accelerator;
    private readonly CommandBuffers driver;
    private readonly List<nint> kernels = [];
    private nint buffer;

    /// <param name="accelerator">Whose queue the launches are for.</param>
    /// <param name="driver">The extension.</param>
    /// <param name="recorded">Launches, and nothing else.</param>
    /// <exception cref="OpenCLException">The driver cannot hold them.</exception>
    public CommandBufferGraph(OpenCL12Accelerator accelerator, CommandBuffers driver, Recorder recorded) : base(accelerator, recorded)
    {
        (this.accelerator, this.driver) = (accelerator, driver);
        nint queue = accelerator.Queue;
        CLError error;
        // Replays are queued one behind the other.
        ulong* properties = stackalloc ulong[] { Flags, Simultaneous, 0 };
        buffer = driver.Create(1, &queue, properties, &error);
        error.Check("clCreateCommandBufferKHR");
        try
        {
            uint last = 0;
            for (int i = 0; i < recorded.Steps.Count; i++)
            {
                var launch = (RecordedLaunch)recorded.Steps[i];
                kernels.Add(((OpenCLExecutable)launch.Executable).Append(driver, buffer, launch, i == 0 ? null : &last, &last));
            }
            driver.Complete(buffer).Check("clFinalizeCommandBufferKHR");
        }
        catch
        {
            Release();
            throw;
        }
    }

    public override bool IsOneCall => true;

    internal override void Run() => driver.Enqueue(0, null, buffer, 0, null, null).Check("clEnqueueCommandBufferKHR");

    internal override void Release()
    {
        if (buffer == 0)
            return;
        // The driver may still run it.
        accelerator.Finish();
        driver.Release(buffer);
        foreach (nint kernel in kernels)
            clReleaseKernel(kernel);
        buffer = 0;
    }
}
