using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Gpu.Targets.Ptx;

namespace VaeGpu.Gpu.Accelerators.Cuda;

/// <summary>Has the driver compile PTX for a device, or takes what an earlier run compiled. The context must be current.</summary>
internal sealed unsafe class CudaModuleBuilder(PtxAccelerator accelerator, PtxDevice device)
{
    private const int LogBytes = 1 << 16, OptimizationLevel = 4;

    private readonly ICudaDriver driver = accelerator.Driver;

    /// <summary>The loaded module of a text, and what the compiler said of it.</summary>
    /// <exception cref="KernelLaunchException">The driver does not compile it; the message names the kernel and the remedy.</exception>
    /// <exception cref="AcceleratorLostException">The compiler is told of the failure of an earlier launch.</exception>
    public (nint Module, string Log) Build(string kernel, PtxModule ptx)
    {
        string? key = device.KeepsBinaries ? Key(ptx.Text) : null;
        nint module;
        if (key is not null && Cubin.FromBytes(BinaryCache.Read(key)) is { } kept && Load(kept, out module) == CudaError.CUDA_SUCCESS)
        {
            if (Has(module, ptx.Entry))
                return (module, kept.Log);
            driver.ModuleUnload(module);
        }
        Cubin made = Compile(kernel, ptx);
        CudaError error = Load(made, out module);
        if (error != CudaError.CUDA_SUCCESS)
            throw Failure(kernel, ptx, error, made.Log);
        if (key is not null)
            BinaryCache.Write(key, made.ToBytes());
        return (module, made.Log);
    }

    /// <summary>What a text's machine code is kept under.</summary>
    internal string Key(string text) =>
        BinaryCache.Key("cubin", text, device.DriverVersion, driver.Build, device.ComputeCapability, OptimizationLevel);

    private CudaError Load(Cubin cubin, out nint module)
    {
        fixed (byte* image = cubin.Image)
        fixed (nint* handle = &module)
            return driver.ModuleLoadDataEx(handle, image, 0, null, null);
    }

    private bool Has(nint module, string entry)
    {
        nint function;
        fixed (byte* name = Encoding.ASCII.GetBytes(entry + '\0'))
            return driver.ModuleGetFunction(&function, module, name) == CudaError.CUDA_SUCCESS;
    }

    private Cubin Compile(string kernel, PtxModule ptx)
    {
        byte[] info = new byte[LogBytes], errors = new byte[LogBytes];
        fixed (byte* infoStart = info, errorStart = errors)
        {
            // The driver holds on to the buffers until the linker goes.
            CudaJitOption* names = stackalloc CudaJitOption[]
            {
                CudaJitOption.InfoLogBuffer, CudaJitOption.InfoLogBufferBytes,
                CudaJitOption.ErrorLogBuffer, CudaJitOption.ErrorLogBufferBytes,
                CudaJitOption.LogVerbose, CudaJitOption.OptimizationLevel, CudaJitOption.TargetFromContext,
            };
            void** values = stackalloc void*[]
            {
                infoStart, (void*)LogBytes, errorStart, (void*)LogBytes, (void*)1, (void*)OptimizationLevel, null,
            };
            nint linker = 0;
            CudaError error = driver.LinkCreate(7, names, values, &linker);
            byte[]? image = null;
            if (error == CudaError.CUDA_SUCCESS)
            {
                error = Link(linker, kernel, ptx.Text, out image);
                driver.LinkDestroy(linker);
            }
            return image is null ? throw Failure(kernel, ptx, error, JitLog.Text(errors)) : new Cubin(image, JitLog.Text(info));
        }
    }

    /// <summary>The machine code; null with an error.</summary>
    private CudaError Link(nint linker, string kernel, string text, out byte[]? image)
    {
        image = null;
        byte[] source = Encoding.ASCII.GetBytes(text + '\0');
        CudaError error;
        fixed (byte* start = source, name = Encoding.UTF8.GetBytes(kernel + '\0'))
            error = driver.LinkAddData(linker, CudaNumber.JitInputPtx, start, (nuint)source.Length, name, 0, null, null);
        void* cubin = null;
        nuint bytes = 0;
        if (error == CudaError.CUDA_SUCCESS)
            error = driver.LinkComplete(linker, &cubin, &bytes);
        if (error == CudaError.CUDA_SUCCESS)
            image = new ReadOnlySpan<byte>(cubin, checked((int)bytes)).ToArray();
        return error;
    }

    private KernelLaunchException Failure(string kernel, PtxModule ptx, CudaError error, string log)
    {
        accelerator.ThrowIfSticky(error, $"the compilation of {kernel}");
        return new(error switch
        {
            CudaError.CUDA_ERROR_UNSUPPORTED_PTX_VERSION =>
                $"{kernel} is PTX {ptx.Isa.Version}, and this machine's NVIDIA driver (CUDA {device.DriverVersion}) is too old "
                + $"to know that ({error}). Install a newer driver.",
            CudaError.CUDA_ERROR_JIT_COMPILER_NOT_FOUND =>
                $"{kernel} cannot be compiled: the NVIDIA driver's own compiler (libnvidia-ptxjitcompiler) is missing ({error}). "
                + "Install the whole driver; in a container, NVIDIA_DRIVER_CAPABILITIES must name compute.",
            CudaError.CUDA_ERROR_JIT_COMPILATION_DISABLED =>
                $"{kernel} cannot be compiled: the NVIDIA driver's own compiler is switched off ({error}). "
                + "Remove CUDA_DISABLE_PTX_JIT and CUDA_DISABLE_JIT from the environment.",
            CudaError.CUDA_ERROR_OUT_OF_MEMORY =>
                $"{device.Name} has no memory left for the code of {kernel} ({error}). Free buffers, or end other programs on it.",
            _ => $"{device.Name} does not compile {kernel} ({error})"
                + $"{(JitLog.OffendingLine(log, ptx.Text) is { } line ? $" at {line}" : "")}. This is a defect of the compiler or the "
                + $"driver. The driver says:\n{JitLog.Shortened(log)}",
        });
    }
}
