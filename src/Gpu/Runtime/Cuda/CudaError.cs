using VaeGpu.Gpu.Runtime.OpenCL;
using static VaeGpu.Gpu.Runtime.Cuda.CudaError;

namespace VaeGpu.Gpu.Runtime.Cuda;

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
    CUDA_ERROR_DEVICE_NOT_LICENSED = 102,
    CUDA_ERROR_INVALID_IMAGE = 200,
    CUDA_ERROR_INVALID_CONTEXT = 201,
    CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
    CUDA_ERROR_ECC_UNCORRECTABLE = 214,
    CUDA_ERROR_INVALID_PTX = 218,
    CUDA_ERROR_NVLINK_UNCORRECTABLE = 220,
    CUDA_ERROR_JIT_COMPILER_NOT_FOUND = 221,
    CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
    CUDA_ERROR_JIT_COMPILATION_DISABLED = 223,
    CUDA_ERROR_CONTAINED = 226,
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
    CUDA_ERROR_TENSOR_MEMORY_LEAK = 721,
    CUDA_ERROR_NOT_SUPPORTED = 801,
    CUDA_ERROR_SYSTEM_NOT_READY = 802,
    CUDA_ERROR_SYSTEM_DRIVER_MISMATCH = 803,
    CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE = 804,
    CUDA_ERROR_MPS_CONNECTION_FAILED = 805,
    CUDA_ERROR_MPS_RPC_FAILURE = 806,
    CUDA_ERROR_MPS_SERVER_NOT_READY = 807,
    CUDA_ERROR_MPS_MAX_CLIENTS_REACHED = 808,
    CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED = 809,
    CUDA_ERROR_MPS_CLIENT_TERMINATED = 810,
    CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED = 900,
    CUDA_ERROR_STREAM_CAPTURE_INVALIDATED = 901,
    CUDA_ERROR_STREAM_CAPTURE_UNMATCHED = 903,
    CUDA_ERROR_UNKNOWN = 999,
}

/// <summary>A failed call of the CUDA driver; the message says what to do.</summary>
public sealed class CudaException(string message) : Exception(message);

/// <summary>The device does no more work in this process; the message says what happened, and as far as is known in which kernel.</summary>
public sealed class AcceleratorLostException(string message) : Exception(message);

internal static class CudaErrors
{
    /// <summary>Goes on after success only.</summary>
    /// <exception cref="CudaException">The call failed.</exception>
    public static void Check(this CudaError error, string call)
    {
        if (error != CUDA_SUCCESS)
            throw new CudaException($"NVIDIA's driver fails in {call}. {error.WhyUnusable()}");
    }

    /// <summary>Whether every later call in the process fails too.</summary>
    public static bool IsSticky(this CudaError error) => error is CUDA_ERROR_DEINITIALIZED
        or CUDA_ERROR_ECC_UNCORRECTABLE or CUDA_ERROR_NVLINK_UNCORRECTABLE or CUDA_ERROR_CONTAINED or CUDA_ERROR_ASSERT
        or CUDA_ERROR_ILLEGAL_ADDRESS or CUDA_ERROR_LAUNCH_TIMEOUT or CUDA_ERROR_CONTEXT_IS_DESTROYED
        or (>= CUDA_ERROR_HARDWARE_STACK_ERROR and <= CUDA_ERROR_LAUNCH_FAILED)
        or CUDA_ERROR_TENSOR_MEMORY_LEAK or CUDA_ERROR_MPS_CLIENT_TERMINATED or CUDA_ERROR_UNKNOWN;

    /// <summary>What a sticky error is in words.</summary>
    public static string InWords(this CudaError error) => error switch
    {
        CUDA_ERROR_ILLEGAL_ADDRESS => "a kernel read or wrote memory that is not its own",
        CUDA_ERROR_MISALIGNED_ADDRESS => "a kernel read or wrote at an address that is not a multiple of the access's width",
        CUDA_ERROR_INVALID_ADDRESS_SPACE => "a kernel used an address of another memory space",
        CUDA_ERROR_ILLEGAL_INSTRUCTION or CUDA_ERROR_INVALID_PC or CUDA_ERROR_HARDWARE_STACK_ERROR =>
            "a kernel ran into an invalid instruction",
        CUDA_ERROR_ASSERT => "an assertion in a kernel failed",
        CUDA_ERROR_LAUNCH_TIMEOUT => "a kernel ran longer than the system allows on a GPU that also drives a display",
        CUDA_ERROR_ECC_UNCORRECTABLE or CUDA_ERROR_NVLINK_UNCORRECTABLE or CUDA_ERROR_CONTAINED =>
            "the hardware reports a memory or link error",
        CUDA_ERROR_MPS_CLIENT_TERMINATED => "the MPS server ended its work for this process",
        CUDA_ERROR_LAUNCH_FAILED => "a kernel failed while it ran",
        _ => "the driver lost the device",
    };

    /// <summary>What the person can do about a sticky error.</summary>
    public static string Remedy(this CudaError error) => error switch
    {
        CUDA_ERROR_LAUNCH_TIMEOUT => "Launch less work at a time, or use a GPU without a display.",
        CUDA_ERROR_ECC_UNCORRECTABLE or CUDA_ERROR_NVLINK_UNCORRECTABLE or CUDA_ERROR_CONTAINED =>
            "Restart the machine or use another GPU.",
        CUDA_ERROR_DEINITIALIZED or CUDA_ERROR_CONTEXT_IS_DESTROYED or CUDA_ERROR_MPS_CLIENT_TERMINATED =>
            "Start the program again.",
        CUDA_ERROR_UNKNOWN => "Look at nvidia-smi, and restart the machine if it lists no GPU.",
        _ => "Run it on --device interpreter, which names the access at fault, "
            + "or with CUDA_LAUNCH_BLOCKING=1 set, to be told which kernel it was.",
    };

    /// <summary>Why the driver or a GPU does not start, or refuses a call, with the remedy.</summary>
    public static string WhyUnusable(this CudaError error) => error switch
    {
        CUDA_ERROR_NO_DEVICE =>
            $"NVIDIA's driver is installed but finds no GPU ({error}). "
            + "Is one there, and is it hidden by CUDA_VISIBLE_DEVICES or kept from the container?",
        CUDA_ERROR_STUB_LIBRARY =>
            $"The libcuda that was found is a stub without a driver behind it ({error}). Remove it from the library path.",
        CUDA_ERROR_SYSTEM_DRIVER_MISMATCH =>
            $"NVIDIA's kernel module and its library are of different versions ({error}). "
            + "Restart the machine or the container, or reinstall the driver.",
        CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE =>
            $"The libcuda that was found is of a cuda-compat package, which this GPU does not allow ({error}). "
            + "Remove it from LD_LIBRARY_PATH.",
        CUDA_ERROR_SYSTEM_NOT_READY => $"NVIDIA's driver is not ready ({error}). Is nvidia-fabricmanager running?",
        CUDA_ERROR_DEVICE_NOT_LICENSED => $"The virtual GPU has no license ({error}). Ask whoever runs the machine.",
        CUDA_ERROR_DEVICE_UNAVAILABLE or CUDA_ERROR_INVALID_DEVICE =>
            $"The GPU is unavailable ({error}). Is another process using it exclusively? "
            + "End that, set nvidia-smi --compute-mode=DEFAULT, or use another GPU.",
        CUDA_ERROR_OUT_OF_MEMORY =>
            $"There is no memory left for it ({error}). End other programs on the GPU, or use another.",
        >= CUDA_ERROR_MPS_CONNECTION_FAILED and <= CUDA_ERROR_MPS_CLIENT_TERMINATED =>
            $"NVIDIA's MPS server does not serve this process ({error}). Restart it (nvidia-cuda-mps-control), or stop using it.",
        CUDA_ERROR_ECC_UNCORRECTABLE or CUDA_ERROR_NVLINK_UNCORRECTABLE or CUDA_ERROR_CONTAINED =>
            $"The hardware reports a memory or link error ({error}). {error.Remedy()}",
        CUDA_ERROR_OPERATING_SYSTEM or CUDA_ERROR_UNKNOWN =>
            $"NVIDIA's driver cannot reach the GPU ({error}). "
            + "Does nvidia-smi list it, and may this user open /dev/nvidia*? If so, restart the machine.",
        _ when error.IsSticky() => $"An earlier failure ended this process's use of the GPU ({error}). Start the program again.",
        _ => $"NVIDIA's driver does not support the call ({error}). Try nvidia-smi, or a newer driver; otherwise it is a defect of this "
            + "program.",
    };
}
