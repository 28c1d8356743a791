using VaeGpu.Gpu.Runtime.Cuda;

namespace VaeGpu.Gpu.Accelerators;

/// <summary>Adds this assembly's devices to an ILGPU context: <c>Context.Create(builder => builder.Simd().Ptx().OpenCL12())</c>.</summary>
public static class BuilderExtensions
{
    /// <summary>The processor.</summary>
    /// <param name="builder">The context's builder.</param>
    /// <param name="threads">Workers; 0 for one per core.</param>
    /// <param name="vectorBits">512, 256, 128 or 32 (scalar); 0 for the widest that the processor has.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is negative, or there are no such vectors.</exception>
    public static Context.Builder Simd(this Context.Builder builder, int threads = 0, int vectorBits = 0) =>
        builder.Register([SimdDevice.Create(threads, vectorBits)]);

    /// <summary>Every NVIDIA GPU of this machine, through its driver alone.</summary>
    public static Context.Builder Ptx(this Context.Builder builder) => builder.Register(PtxDevice.Search().Devices);

    /// <summary>Every device of every OpenCL driver from version 1.2 on.</summary>
    public static Context.Builder OpenCL12(this Context.Builder builder) => builder.Register(OpenCL12Device.Search().Devices);

    /// <summary>The checking interpreter: slow, and finds faults.</summary>
    /// <param name="builder">The context's builder.</param>
    /// <param name="warpSize">Threads of a warp.</param>
    /// <exception cref="ArgumentOutOfRangeException">The warp size is not positive.</exception>
    public static Context.Builder Interpreter(this Context.Builder builder, int warpSize = 32) =>
        builder.Register([InterpreterDevice.Create(warpSize)]);

    /// <summary>Every device of a driver that stands in for NVIDIA's.</summary>
    internal static Context.Builder Ptx(this Context.Builder builder, ICudaDriver driver) =>
        builder.Register(PtxDevice.Search(driver).Devices);

    private static Context.Builder Register(this Context.Builder builder, IEnumerable<Device> devices)
    {
        foreach (EngineDevice device in devices)
            RegistryOf(builder).Register(device);
        return builder;
    }

    // ILGPU 1.5.3 has no public way to register a device.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_DeviceRegistry")]
    private static extern DeviceRegistry RegistryOf(Context.Builder builder);
}

/// <summary>Finds and opens the devices that <see cref="BuilderExtensions"/> added to a context.</summary>
public static class ContextExtensions
{
    /// <summary>The processors that were added.</summary>
    public static Context.DeviceCollection<SimdDevice> GetSimdDevices(this Context context) => context.GetDevices<SimdDevice>();

    /// <summary>The NVIDIA GPUs that were added.</summary>
    public static Context.DeviceCollection<PtxDevice> GetPtxDevices(this Context context) => context.GetDevices<PtxDevice>();

    /// <summary>The OpenCL devices that were added.</summary>
    public static Context.DeviceCollection<OpenCL12Device> GetOpenCL12Devices(this Context context) => context.GetDevices<OpenCL12Device>();

    /// <summary>The interpreters that were added.</summary>
    public static Context.DeviceCollection<InterpreterDevice> GetInterpreterDevices(this Context context) =>
        context.GetDevices<InterpreterDevice>();

    /// <summary>Opens a processor.</summary>
    public static SimdAccelerator CreateSimdAccelerator(this Context context, int index) =>
        context.GetDevice<SimdDevice>(index).CreateSimdAccelerator(context);

    /// <summary>Opens an NVIDIA GPU.</summary>
    public static PtxAccelerator CreatePtxAccelerator(this Context context, int index) =>
        context.GetDevice<PtxDevice>(index).CreatePtxAccelerator(context);

    /// <summary>Opens an OpenCL device.</summary>
    public static OpenCL12Accelerator CreateOpenCL12Accelerator(this Context context, int index) =>
        context.GetDevice<OpenCL12Device>(index).CreateOpenCL12Accelerator(context);

    public static InterpreterAccelerator CreateInterpreterAccelerator(this Context context, int index) =>
        context.GetDevice<InterpreterDevice>(index).CreateInterpreterAccelerator(context);
}
