namespace VaeGpu.Gpu.Passes;

/// <summary>Refuses what only CUDA devices can run, for the others.</summary>
internal static class CudaOnly
{
    /// <exception cref="KernelCompilationException">The kernel holds PTX written by hand.</exception>
    public static Function Refuse(Function function, string device)
    {
        if (function.Body.All().FirstOrDefault(i => i.Op is Op.Assembly or Op.Address) is { } found)
        {
            throw new KernelCompilationException(function.Name, found.Location,
                found.Op == Op.Assembly
                    ? $"CudaAsm puts PTX into the kernel, which {device} does not run."
                    : $"An address is taken, and {device} has no addresses for it.",
                "Choose the kernel by the device: one with CudaAsm for AcceleratorType.Cuda, one in plain C# for the others.");
        }
        return function;
    }
}
