using ILGPU.Runtime.CPU;
using VaeGpu.CudaEmulator;
using VaeGpu.Tests.Ptx.Ilgpu;

namespace VaeGpu.Tests;

/// <summary>Runs a test once for each device: the test takes a <see cref="TestDevice"/> and opens it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EveryDeviceAttribute() : TestCaseSourceAttribute(typeof(TestDevice), nameof(TestDevice.All));

/// <summary>
/// Runs a test once for each device whose compiler reads C# as .NET does, to the bit: all but ILGPU's PTX back end, which converts and
/// compares some numbers otherwise, and does not know all of the language.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EveryCompilerAttribute() : TestCaseSourceAttribute(typeof(TestDevice), nameof(TestDevice.ThatReadAsDotNet));

/// <summary>
/// A device to test on. It is opened once and stays open: compiled kernels are kept between tests. Tests share it, so that classes that
/// use it run one after the other.
/// </summary>
public sealed class TestDevice
{
    /// <summary>The context of every accelerator that needs nothing of it.</summary>
    public static readonly Context SharedContext = Context.Create(_ => { });

    private readonly string name;
    private readonly Func<Accelerator> open;
    private (Accelerator? Accelerator, string Reason)? opened;

    private TestDevice(string name, Func<Accelerator> open) => (this.name, this.open) = (name, open);

    /// <summary>
    /// The devices: plain C#, ILGPU's own CPU accelerator, the CPU at each vector width, the interpreter, the first OpenCL device, and CUDA
    /// without a GPU, where a driver of our own stands for NVIDIA's and runs the PTX of both compilers on an interpreter.
    /// </summary>
    public static IEnumerable<TestDevice> All { get; } =
    [
        new("plain C#", () => new HostAccelerator()),
        new("ILGPU CPU", () => new CPUDevice(16, 16, 1).CreateAccelerator(Context.Create(_ => { }))),
        new("CPU 512", () => SimdDevice.Create(0, 512).CreateAccelerator(SharedContext)),
        new("CPU 256", () => SimdDevice.Create(0, 256).CreateAccelerator(SharedContext)),
        new("CPU 128", () => SimdDevice.Create(0, 128).CreateAccelerator(SharedContext)),
        new("CPU 32", () => SimdDevice.Create(0, 32).CreateAccelerator(SharedContext)),
        new("interpreter 16", () => InterpreterDevice.Create(16).CreateAccelerator(SharedContext)),
        new("interpreter 32", () => InterpreterDevice.Create(32).CreateAccelerator(SharedContext)),
        new("OpenCL", () => First(OpenCL12Device.Search())),
        new("PTX", () => new FakeCudaDriver().Open()),
        new("ILGPU PTX", () => new IlgpuPtxAccelerator()),
        // A GPU is the exception: where there is none, that is said by no test.
        .. PtxDevice.Search().Devices.Count > 0
            ? (TestDevice[])
            [
                new("CUDA", () => First(PtxDevice.Search())),
                new("ILGPU CUDA", () => VaeGpu.Kernels.Devices.Backend.Open("ilgpu-cuda").Accelerator),
            ]
            : [],
    ];

    /// <summary>The devices of <see cref="EveryCompilerAttribute"/>.</summary>
    public static IEnumerable<TestDevice> ThatReadAsDotNet => All.Where(device => device.name is not ("ILGPU PTX" or "ILGPU CUDA"));

    /// <summary>The devices that record launches: all but ILGPU's own.</summary>
    public static IEnumerable<TestDevice> ThatRecord => All.Where(device => device.name is not ("ILGPU CPU" or "ILGPU CUDA"));

    /// <summary>The devices that have tensor cores.</summary>
    public static IEnumerable<TestDevice> WithTensorCores =>
        All.Where(device => device.name is "PTX" or "ILGPU PTX" or "CUDA" or "ILGPU CUDA");

    /// <summary>The devices for proofs over many numbers: all but the one that <see cref="HasThreadsOfTheSystem"/>.</summary>
    public static IEnumerable<TestDevice> ThatProve => All.Where(device => !device.HasThreadsOfTheSystem);

    /// <summary>Whether every thread is one of the operating system: a barrier then takes as long as a kernel elsewhere.</summary>
    public bool HasThreadsOfTheSystem => name is "ILGPU CPU";

    /// <summary>Whether this is the interpreter of PTX: a thousand times slower than a processor.</summary>
    public bool IsPtx => name is "PTX" or "ILGPU PTX";

    /// <summary>The open device; the test is skipped, with the reason, where there is none.</summary>
    public Accelerator Open()
    {
        // A kernel's fault on CUDA is the end of its context: the next test gets another.
        if (opened is null or { Accelerator: PtxAccelerator { IsLost: true } })
            opened = TryOpen(open);
        (Accelerator? accelerator, string reason) = opened.Value;
        if (accelerator is null)
            Assert.Ignore($"{name}: {reason}");
        return accelerator!;
    }

    /// <summary>Runs what a test does on the device; skips it where plain C# cannot run a barrier.</summary>
    public T Run<T>(Func<Accelerator, T> test)
    {
        Accelerator accelerator = Open();
        try
        {
            return test(accelerator);
        }
        catch (NotSupportedException barrier) when (accelerator is HostAccelerator)
        {
            Assert.Ignore(barrier.Message);
            throw;
        }
        catch (Exception refusal) when (accelerator is CPUAccelerator
            && refusal is InternalCompilerException or AggregateException or NotSupportedException or ArgumentException)
        {
            // ILGPU's context holds its lock for ever after that.
            opened = null;
            Assert.Ignore($"ILGPU's compiler does not take the kernel: {refusal.GetBaseException().Message}");
            throw;
        }
    }

    public override string ToString() => name;

    private static (Accelerator?, string) TryOpen(Func<Accelerator> open)
    {
        try
        {
            return (open(), "");
        }
        catch (Exception refusal) when (refusal is NotSupportedException or PlatformNotSupportedException)
        {
            return (null, refusal.Message);
        }
    }

    private static Accelerator First(DeviceSearch search) => search.Devices.Count > 0
        ? search.Devices[0].CreateAccelerator(SharedContext)
        : throw new NotSupportedException(search.Refusals.Count > 0 ? search.Refusals[0].Reason : "no such device here");
}
