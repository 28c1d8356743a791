namespace VaeGpu.Gpu.Runtime;

/// <summary>The CUDA driver's error codes (CUresult) that are met here, by the names that its manual gives them.</summary>
internal enum CudaError
{
    CUDA_SUCCESS = 0,
    CUDA_ERROR_INVALID_VALUE = 1,
    CUDA_ERROR_OUT_OF_MEMORY = 2,
    CUDA_ERROR_NOT_INITIALIZED = 3,
    CUDA_ERROR_DEINITIALIZED = 4,
    CUDA_ERROR_STUB_LIBRARY = 34,
    CUDA_ERROR_DEVICE_UNAVAILABLE = 46,
    CUDA_ERROR_NO_DEVICE = 100,
    CUDA_ERROR_INVALID_DEVICE = 101,
    CUDA_ERROR_INVALID_IMAGE = 200,
    CUDA_ERROR_INVALID_CONTEXT = 201,
    CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
    CUDA_ERROR_ECC_UNCORRECTABLE = 214,
    CUDA_ERROR_INVALID_PTX = 218,
    CUDA_ERROR_NVLINK_UNCORRECTABLE = 220,
    CUDA_ERROR_JIT_COMPILER_NOT_FOUND = 221,
    CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
    CUDA_ERROR_OPERATING_SYSTEM = 304,
    CUDA_ERROR_INVALID_HANDLE = 400,
    CUDA_ERROR_ILLEGAL_STATE = 401,
    CUDA_ERROR_NOT_FOUND = 500,
    CUDA_ERROR_NOT_READY = 600,
    CUDA_ERROR_ILLEGAL_ADDRESS = 700,
    CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES = 701,
    CUDA_ERROR_LAUNCH_TIMEOUT = 702,
    CUDA_ERROR_CONTEXT_IS_DESTROYED = 709,
    CUDA_ERROR_ASSERT = 710,
    CUDA_ERROR_HARDWARE_STACK_ERROR = 714,
    CUDA_ERROR_ILLEGAL_INSTRUCTION = 715,
    CUDA_ERROR_MISALIGNED_ADDRESS = 716,
    CUDA_ERROR_INVALID_ADDRESS_SPACE = 717,
    CUDA_ERROR_INVALID_PC = 718,
    CUDA_ERROR_LAUNCH_FAILED = 719,
    CUDA_ERROR_NOT_SUPPORTED = 801,
    CUDA_ERROR_SYSTEM_NOT_READY = 802,
    CUDA_ERROR_SYSTEM_DRIVER_MISMATCH = 803,
    CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE = 804,
    CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED = 900,
    CUDA_ERROR_STREAM_CAPTURE_INVALIDATED = 901,
    CUDA_ERROR_STREAM_CAPTURE_UNMATCHED = 903,
    CUDA_ERROR_UNKNOWN = 999,
}

/// <summary>A failed call of the CUDA driver.</summary>
public sealed class CudaException : Exception
{
    internal CudaException(string call, CudaError error) : base($"{call} failed with {error}.") => Error = error;

    internal CudaError Error { get; }
}

/// <summary>
/// The device does no more work in this process; the message says what happened, and in which kernel as far as that is known.
/// </summary>
public sealed class AcceleratorLostException(string message) : Exception(message);

internal static class CudaErrors
{
    /// <summary>Goes on after success only.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public static void Check(this CudaError error, string call)
    {
        if (error != CudaError.CUDA_SUCCESS)
            throw new CudaException(call, error);
    }

    /// <summary>Whether every later call in the context fails too.</summary>
    public static bool IsSticky(this CudaError error) => error is CudaError.CUDA_ERROR_DEINITIALIZED
        or CudaError.CUDA_ERROR_ECC_UNCORRECTABLE or CudaError.CUDA_ERROR_NVLINK_UNCORRECTABLE or CudaError.CUDA_ERROR_ILLEGAL_ADDRESS or CudaError.CUDA_ERROR_LAUNCH_TIMEOUT
        or CudaError.CUDA_ERROR_CONTEXT_IS_DESTROYED or (>= CudaError.CUDA_ERROR_ASSERT and <= CudaError.CUDA_ERROR_LAUNCH_FAILED);

    /// <summary>What a sticky error is in words.</summary>
    public static string InWords(this CudaError error) => error switch
    {
        CudaError.CUDA_ERROR_ILLEGAL_ADDRESS => "a kernel read or wrote memory that is not its own",
        CudaError.CUDA_ERROR_MISALIGNED_ADDRESS => "a kernel read or wrote at an address that is no multiple of the access's width",
        CudaError.CUDA_ERROR_INVALID_ADDRESS_SPACE => "a kernel used an address of another memory space",
        CudaError.CUDA_ERROR_ILLEGAL_INSTRUCTION or CudaError.CUDA_ERROR_INVALID_PC or CudaError.CUDA_ERROR_HARDWARE_STACK_ERROR =>
            "a kernel ran into an instruction that is none",
        CudaError.CUDA_ERROR_ASSERT => "an assertion in a kernel failed",
        CudaError.CUDA_ERROR_LAUNCH_TIMEOUT => "a kernel ran longer than the system allows on a GPU that also drives a display",
        CudaError.CUDA_ERROR_ECC_UNCORRECTABLE or CudaError.CUDA_ERROR_NVLINK_UNCORRECTABLE =>
            "the hardware reports a memory or link error",
        CudaError.CUDA_ERROR_LAUNCH_FAILED => "a kernel failed while it ran",
        _ => "the driver gave the device up",
    };

    /// <summary>What the person can do about a sticky error.</summary>
    public static string Remedy(this CudaError error) => error switch
    {
        CudaError.CUDA_ERROR_LAUNCH_TIMEOUT => "Use a smaller batch, or a GPU without a display.",
        CudaError.CUDA_ERROR_ECC_UNCORRECTABLE or CudaError.CUDA_ERROR_NVLINK_UNCORRECTABLE => "Restart the machine or use another GPU.",
        CudaError.CUDA_ERROR_DEINITIALIZED or CudaError.CUDA_ERROR_CONTEXT_IS_DESTROYED => "Start the program again.",
        _ => "Run it on --device interpreter, which names the access at fault, "
            + "or with CUDA_LAUNCH_BLOCKING=1 set, to be told which kernel it was.",
    };
}
