using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Gpu;

/// <summary>The devices of this machine.</summary>
public sealed class Context : IDisposable
{
    private readonly List<Device> devices = [];
    private readonly List<DeviceRefusal> refusals = [];

    private Context() { }

    /// <summary>Every device that can be opened.</summary>
    public IReadOnlyList<Device> Devices => devices;

    /// <summary>What was found and cannot be used, with the reason.</summary>
    public IReadOnlyList<DeviceRefusal> Refusals => refusals;

    /// <summary>Finds the devices that <paramref name="build"/> asks for.</summary>
    public static Context Create(Action<Builder> build)
    {
        var context = new Context();
        build(new Builder(context));
        return context;
    }

    /// <inheritdoc/>
    public void Dispose() { }

    /// <summary>Says which devices to look for.</summary>
    public sealed class Builder
    {
        private readonly Context context;

        internal Builder(Context context) => this.context = context;

        /// <summary>Every kind of device.</summary>
        public Builder Default() => CPU().Cuda().OpenCL();

        /// <summary>Mathematical functions in kernels; they are always there, the call is kept for ILGPU.</summary>
        public Builder EnableAlgorithms() => this;

        /// <summary>The processor, with all its cores and its widest vectors.</summary>
        public Builder CPU() => CPU(0, 0);

        /// <summary>The processor.</summary>
        /// <param name="threads">Workers; 0 for one per core.</param>
        /// <param name="vectorBits">512, 256, 128 or 32 (scalar); 0 for the widest that the processor has.</param>
        public Builder CPU(int threads, int vectorBits)
        {
            context.devices.Add(CpuDevice.Create(threads, vectorBits));
            return this;
        }

        /// <summary>Every OpenCL device of every installed driver.</summary>
        public Builder OpenCL()
        {
            OpenCLDevice.Find(context.devices, context.refusals);
            return this;
        }

        /// <summary>Every GPU of NVIDIA's driver.</summary>
        public Builder Cuda()
        {
            CudaDevice.Find(context.devices, context.refusals);
            return this;
        }

        /// <summary>Every device of a driver that stands in for NVIDIA's.</summary>
        internal Builder Cuda(ICudaDriver driver)
        {
            CudaDevice.Find(driver, context.devices, context.refusals);
            return this;
        }

        /// <summary>The checking interpreter: slow, and finds faults.</summary>
        public Builder Interpreter(int warpSize = 32)
        {
            context.devices.Add(InterpreterDevice.Create(warpSize));
            return this;
        }
    }
}
