using ILGPU.Runtime.Cuda;

namespace VaeGpu.Gpu.Runtime.Cuda;

/// <summary>CUfunction_attribute: what a compiled kernel takes.</summary>
internal enum CudaFunctionAttribute
{
    MaxThreadsPerBlock = 0,
    SharedBytes = 1,
    ConstantBytes = 2,
    /// <summary>Of each thread.</summary>
    LocalBytes = 3,
    Registers = 4,
    MaxDynamicSharedBytes = 8,
}

/// <summary>CUjit_option: what the driver's compiler is told, and where it writes what it says.</summary>
internal enum CudaJitOption : uint
{
    InfoLogBuffer = 3,
    InfoLogBufferBytes = 4,
    ErrorLogBuffer = 5,
    ErrorLogBufferBytes = 6,
    OptimizationLevel = 7,
    TargetFromContext = 8,
    LogVerbose = 12,
}

/// <summary>Other constants of the driver's interface.</summary>
internal static class CudaNumber
{
    /// <summary>CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, which ILGPU does not name.</summary>
    public const DeviceAttributeKind MaxSharedMemoryPerBlockOptin = (DeviceAttributeKind)97;
    /// <summary>CU_COMPUTEMODE_PROHIBITED.</summary>
    public const int ComputeModeProhibited = 2;
    /// <summary>CU_STREAM_NON_BLOCKING: no waiting for the stream 0, which is other libraries'.</summary>
    public const uint StreamNonBlocking = 1;
    /// <summary>CU_EVENT_DEFAULT: with the time.</summary>
    public const uint EventDefault = 0;
    /// <summary>CU_EVENT_DISABLE_TIMING: quicker.</summary>
    public const uint EventDisableTiming = 2;
    /// <summary>CU_JIT_INPUT_PTX.</summary>
    public const int JitInputPtx = 1;
    /// <summary>CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: other threads may go on to allocate and wait.</summary>
    public const int CaptureThreadLocal = 1;
    /// <summary>CU_STREAM_SET_CAPTURE_DEPENDENCIES: in the place of those so far.</summary>
    public const uint SetCaptureDependencies = 1;
}
