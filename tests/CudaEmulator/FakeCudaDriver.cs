using System.Runtime.InteropServices;
using System.Text;
using VaeGpu.CudaEmulator.Machine;
using VaeGpu.Gpu.Accelerators;
using VaeGpu.Gpu.Runtime.Cuda;
using static ILGPU.Runtime.Cuda.DeviceAttributeKind;
using DeviceAttributeKind = ILGPU.Runtime.Cuda.DeviceAttributeKind;

namespace VaeGpu.CudaEmulator;

/// <summary>
/// A CUDA driver without a GPU: it runs PTX on <see cref="PtxMachine"/>. Stricter than NVIDIA's: a call needs the context to be current on
/// its thread, every handle must be alive, copies go through page-locked memory, and work that was queued runs no sooner than somebody
/// waits for it, so that whoever forgets to wait sees it. The first finding of the machine is the error of every later call.
/// </summary>
internal sealed unsafe partial class FakeCudaDriver : ICudaDriver
{
    private const nint FirstContext = 0x0C0DE000;
    private const int FirstDevice = 40, PlainShared = 48 * 1024, MostDeep = 64;

    private readonly Lock gate = new();
    private readonly ThreadLocal<nint> current = new();
    private readonly Dictionary<nint, (object Made, nint Context)> handles = [];
    private readonly Dictionary<ulong, nint> owners = [];
    private readonly Dictionary<nint, long> pinned = [];
    private readonly Dictionary<nint, int> retained = [];
    private readonly PtxMachine machine;
    private nint lastHandle = 0x1000;
    private bool isStarted;
    private CudaError? sticky;

    public FakeCudaDriver() => machine = new PtxMachine(Memory);

    /// <summary>What cuDriverGetVersion says. No real driver has the number, so that none finds this one's binaries in its cache.</summary>
    public int Version { get; init; } = 99000;
    public int Devices { get; init; } = 1;
    public int Capability { get; init; } = 90;
    public int SharedOptIn { get; init; } = PtxMachine.MaxSharedBytes;
    public long MemoryBytes { get; init; } = 4L << 30;
    public bool IsProhibited { get; init; }

    /// <summary>Clocks in kHz; 0 for a driver that does not tell.</summary>
    public (int Processors, int Memory) Clocks { get; init; }

    /// <summary>The newest PTX that it reads.</summary>
    public Version NewestPtx { get; init; } = new(9, 0);

    /// <summary>Registers of each thread of whatever is compiled, and the threads that they allow; 0 for what the text says.</summary>
    public (int Registers, int Threads) Squeeze { get; set; }

    public string Build { get; init; } = "first";

    /// <summary>Told of each call, by its name, before it does its work.</summary>
    public Action<string>? Entering { get; set; }

    /// <summary>What the next call of a function answers instead of doing its work, by its name.</summary>
    public Dictionary<string, CudaError> Failing { get; } = [];

    /// <summary>Whether the device goes on after a finding.</summary>
    public bool Forgives { get; init; }

    /// <summary>The warp instructions after which a launch counts as endless.</summary>
    public long MaxInstructions { set => machine.MaxInstructions = value; }

    /// <summary>The machine's finding that ended the context.</summary>
    public PtxFault? Fault { get; private set; }

    public PtxMemory Memory { get; } = new();

    /// <summary>Calls so far, by name.</summary>
    public Dictionary<string, int> Calls { get; } = [];

    /// <summary>Threads that freed device memory.</summary>
    public HashSet<Thread> FreeingThreads { get; } = [];

    /// <summary>What was made and not given back: handles and page-locked memory; the context.</summary>
    public int Leaks => handles.Count + pinned.Count + retained.Values.Sum();

    /// <summary>Opens a device. Its machine code is mostly not kept: nobody needs thousands of test kernels on disk.</summary>
    public PtxAccelerator Open(int ordinal = 0, bool keepsBinaries = false, bool launchesBlock = false)
    {
        Context context = Context.Create(builder => builder.Ptx(this));
        var device = (PtxDevice)context.Devices[ordinal];
        (device.KeepsBinaries, device.LaunchesBlock) = (keepsBinaries, launchesBlock);
        return (PtxAccelerator)device.CreateAccelerator(context);
    }

    public CudaError Init(uint flags)
    {
        isStarted = true;
        return Answer(nameof(Init), () => Devices > 0 ? CudaError.CUDA_SUCCESS : CudaError.CUDA_ERROR_NO_DEVICE);
    }

    public CudaError DriverGetVersion(int* version) => Answer(nameof(DriverGetVersion), () => Give(version, Version));

    public CudaError DeviceGetCount(int* count) => Answer(nameof(DeviceGetCount), () => Give(count, Devices));

    public CudaError DeviceGet(int* device, int ordinal) => Answer(nameof(DeviceGet), () =>
        ordinal >= 0 && ordinal < Devices ? Give(device, FirstDevice + ordinal) : CudaError.CUDA_ERROR_INVALID_DEVICE);

    public CudaError DeviceGetName(byte* name, int length, int device) => OfDevice(nameof(DeviceGetName), device, () =>
    {
        byte[] text = Encoding.ASCII.GetBytes($"PTX interpreter {device - FirstDevice}\0");
        text.AsSpan().CopyTo(new Span<byte>(name, length));
        return CudaError.CUDA_SUCCESS;
    });

    public CudaError DeviceTotalMem(nuint* bytes, int device) => OfDevice(nameof(DeviceTotalMem), device, () =>
        Give(bytes, (nuint)MemoryBytes));

    public CudaError DeviceGetAttribute(int* value, DeviceAttributeKind attribute, int device) =>
        OfDevice(nameof(DeviceGetAttribute), device, () => Give(value, attribute switch
        {
            CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK or CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X or CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y => 1024,
            CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z => MostDeep,
            CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X => int.MaxValue,
            CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y or CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z => 65535,
            CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK => PlainShared,
            CudaNumber.MaxSharedMemoryPerBlockOptin => SharedOptIn,
            CU_DEVICE_ATTRIBUTE_WARP_SIZE => 32,
            CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT => 2,
            CU_DEVICE_ATTRIBUTE_COMPUTE_MODE => IsProhibited ? CudaNumber.ComputeModeProhibited : 0,
            CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR => Capability / 10,
            CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR => Capability % 10,
            CU_DEVICE_ATTRIBUTE_CLOCK_RATE => Clocks.Processors,
            CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE => Clocks.Memory,
            CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH => 6144,
            _ => throw new ArgumentException("no attribute of this device"),
        }));

    public CudaError DevicePrimaryCtxRetain(nint* context, int device) => OfDevice(nameof(DevicePrimaryCtxRetain), device, () =>
    {
        if (sticky is { } error)
            return error;
        retained[ContextOf(device)] = retained.GetValueOrDefault(ContextOf(device)) + 1;
        return Give(context, ContextOf(device));
    });

    public CudaError DevicePrimaryCtxRelease(int device) => OfDevice(nameof(DevicePrimaryCtxRelease), device, () =>
    {
        if (!IsRetained(ContextOf(device)))
            return CudaError.CUDA_ERROR_INVALID_CONTEXT;
        retained[ContextOf(device)]--;
        return CudaError.CUDA_SUCCESS;
    });

    public CudaError CtxSetCurrent(nint context) => Answer(nameof(CtxSetCurrent), () =>
    {
        if (!IsRetained(context))
            return CudaError.CUDA_ERROR_INVALID_CONTEXT;
        current.Value = context;
        return CudaError.CUDA_SUCCESS;
    });

    public CudaError MemGetInfo(nuint* free, nuint* total) => InContext(nameof(MemGetInfo), () =>
    {
        *free = (nuint)(MemoryBytes - Memory.Used);
        return Give(total, (nuint)MemoryBytes);
    });

    public CudaError MemAlloc(ulong* address, nuint bytes) => OutsideCapture(nameof(MemAlloc), () =>
    {
        if (bytes == 0)
            return CudaError.CUDA_ERROR_INVALID_VALUE;
        if ((ulong)bytes > (ulong)(MemoryBytes - Memory.Used))
            return CudaError.CUDA_ERROR_OUT_OF_MEMORY;
        Give(address, Memory.Allocate((long)bytes));
        owners.Add(*address, current.Value);
        return CudaError.CUDA_SUCCESS;
    });

    public CudaError MemFree(ulong address) => OutsideCapture(nameof(MemFree), () =>
    {
        FreeingThreads.Add(Thread.CurrentThread);
        if (owners.GetValueOrDefault(address) != current.Value)
            return CudaError.CUDA_ERROR_INVALID_VALUE;
        CudaError error = RunAll();
        if (error != CudaError.CUDA_SUCCESS)
            return error;
        Memory.Free(address);
        owners.Remove(address);
        return CudaError.CUDA_SUCCESS;
    });

    public CudaError MemHostAlloc(void** memory, nuint bytes, uint flags) => OutsideCapture(nameof(MemHostAlloc), () =>
    {
        *memory = NativeMemory.Alloc(bytes);
        pinned.Add((nint)(*memory), (long)bytes);
        return CudaError.CUDA_SUCCESS;
    });

    public CudaError MemFreeHost(void* memory) => OutsideCapture(nameof(MemFreeHost), () =>
    {
        CudaError error = RunAll();
        if (error != CudaError.CUDA_SUCCESS)
            return error;
        if (!pinned.Remove((nint)memory))
            return CudaError.CUDA_ERROR_INVALID_VALUE;
        NativeMemory.Free(memory);
        return CudaError.CUDA_SUCCESS;
    });

    /// <summary>The checks that all calls have in common: the driver started, no injected failure.</summary>
    private CudaError Answer(string name, Func<CudaError> work)
    {
        Entering?.Invoke(name);
        lock (gate)
        {
            Calls[name] = Calls.GetValueOrDefault(name) + 1;
            if (!isStarted)
                return CudaError.CUDA_ERROR_NOT_INITIALIZED;
            if (Failing.Remove(name, out CudaError planted))
            {
                if (planted.IsSticky())
                    sticky = planted;
                return planted;
            }
            try
            {
                return work();
            }
            catch (ArgumentException)
            {
                return CudaError.CUDA_ERROR_INVALID_VALUE;
            }
        }
    }

    private CudaError OfDevice(string name, int device, Func<CudaError> work) =>
        Answer(name, () => device >= FirstDevice && device < FirstDevice + Devices ? work() : CudaError.CUDA_ERROR_INVALID_DEVICE);

    /// <summary>For calls that need the context.</summary>
    private CudaError InContext(string name, Func<CudaError> work) => Answer(name, () =>
        IsRetained(current.Value) ? sticky ?? work() : CudaError.CUDA_ERROR_INVALID_CONTEXT);

    /// <summary>For calls that a thread must not make while it captures a stream; the capture is spoilt.</summary>
    private CudaError OutsideCapture(string name, Func<CudaError> work) => InContext(name, () =>
    {
        FakeStream[] captured = [.. All<FakeStream>().Where(stream => stream.Capture?.Thread == Thread.CurrentThread)];
        foreach (FakeStream stream in captured)
            stream.Capture!.IsSpoilt = true;
        return captured.Length > 0 ? CudaError.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED : work();
    });

    private static CudaError Give<T>(T* place, T value) where T : unmanaged
    {
        *place = value;
        return CudaError.CUDA_SUCCESS;
    }

    private CudaError Make(nint* place, object made)
    {
        lastHandle += 0x10;
        handles.Add(lastHandle, (made, current.Value));
        return Give(place, lastHandle);
    }

    /// <summary>Does something with the object behind a handle; one of another kind or context, or a dead one, is an error.</summary>
    private CudaError With<T>(nint handle, Func<T, CudaError> work) where T : class =>
        handles.TryGetValue(handle, out var found) && found.Context == current.Value && found.Made is T wanted
            ? work(wanted)
            : CudaError.CUDA_ERROR_INVALID_HANDLE;

    private IEnumerable<T> All<T>() => handles.Values.Select(handle => handle.Made).OfType<T>();

    private static nint ContextOf(int device) => FirstContext + device;

    private bool IsRetained(nint context) => retained.GetValueOrDefault(context) > 0;

    private CudaError Drop<T>(nint handle, Func<T, CudaError>? first = null) where T : class => With<T>(handle, found =>
    {
        CudaError error = first?.Invoke(found) ?? CudaError.CUDA_SUCCESS;
        if (error == CudaError.CUDA_SUCCESS)
            handles.Remove(handle);
        return error;
    });
}
