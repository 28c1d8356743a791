using VaeGpu.Gpu.Accelerators;

namespace VaeGpu.Gpu.Runtime;

/// <summary>The entry points of the extension cl_khr_command_buffer, which belong to a platform.</summary>
internal sealed unsafe class CommandBuffers
{
    public const string Extension = "cl_khr_command_buffer";

    /// <summary>CL_COMMAND_BUFFER_CAPABILITY_SIMULTANEOUS_USE_KHR: may be queued again before the last run is done.</summary>
    public const ulong SimultaneousUse = 1 << 2;

    public readonly delegate* unmanaged<uint, nint*, void*, OpenCLError*, nint> Create;
    public readonly delegate* unmanaged<nint, nint, void*, nint, uint, nuint*, nuint*, nuint*, uint, uint*, uint*, void*, OpenCLError>
        NDRangeKernel;
    public readonly delegate* unmanaged<nint, OpenCLError> Complete;
    public readonly delegate* unmanaged<uint, nint*, nint, uint, nint*, nint*, OpenCLError> Enqueue;
    public readonly delegate* unmanaged<nint, OpenCLError> Release;

    private CommandBuffers(Func<string, nint> find)
    {
        Create = (delegate* unmanaged<uint, nint*, void*, OpenCLError*, nint>)find("clCreateCommandBufferKHR");
        NDRangeKernel = (delegate* unmanaged<nint, nint, void*, nint, uint, nuint*, nuint*, nuint*, uint, uint*, uint*, void*, OpenCLError>)
            find("clCommandNDRangeKernelKHR");
        Complete = (delegate* unmanaged<nint, OpenCLError>)find("clFinalizeCommandBufferKHR");
        Enqueue = (delegate* unmanaged<uint, nint*, nint, uint, nint*, nint*, OpenCLError>)find("clEnqueueCommandBufferKHR");
        Release = (delegate* unmanaged<nint, OpenCLError>)find("clReleaseCommandBufferKHR");
    }

    /// <summary>The extension on a device; null where the driver does not have it.</summary>
    public static CommandBuffers? Of(OpenCLLibrary cl, OpenCL12Device device)
    {
        if (!device.HasCommandBuffers)
            return null;
        bool isWhole = true;
        var found = new CommandBuffers(name =>
        {
            nint address = cl.ExtensionFunction(device.Platform, name);
            isWhole &= address != 0;
            return address;
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
        OpenCLError error;
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

    internal override bool IsOneCall => true;

    internal override void Run() => driver.Enqueue(0, null, buffer, 0, null, null).Check("clEnqueueCommandBufferKHR");

    internal override void Release()
    {
        if (buffer == 0)
            return;
        // The driver may still run it.
        accelerator.Finish();
        driver.Release(buffer);
        foreach (nint kernel in kernels)
            accelerator.Library.ReleaseKernel(kernel);
        buffer = 0;
    }
}
