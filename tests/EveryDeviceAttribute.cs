using VaeGpu.Gpu;
using VaeGpu.Gpu.Runtime;
using VaeGpu.Tests.Ptx;

namespace VaeGpu.Tests;

/// <summary>Runs a test once for each device: the test takes a <see cref="TestDevice"/> and opens it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EveryDeviceAttribute() : TestCaseSourceAttribute(typeof(TestDevice), nameof(TestDevice.All));

/// <summary>A device to test on. It is opened once and stays open: compiled kernels are kept between tests.</summary>
public sealed class TestDevice
{
    private readonly string name;
    private readonly Func<Accelerator> open;
    private (Accelerator? Accelerator, string Reason)? opened;

    private TestDevice(string name, Func<Accelerator> open) => (this.name, this.open) = (name, open);

    /// <summary>
    /// The devices: plain C#, the CPU at each vector width, the interpreter, the first OpenCL device, and CUDA without a GPU, where a
    /// driver of our own stands for NVIDIA's and runs PTX on an interpreter.
    /// </summary>
    public static IEnumerable<TestDevice> All { get; } =
    [
        new("plain C#", () => new HostAccelerator()),
        new("CPU 512", () => First(builder => builder.CPU(0, 512))),
        new("CPU 256", () => First(builder => builder.CPU(0, 256))),
        new("CPU 128", () => First(builder => builder.CPU(0, 128))),
        new("CPU 32", () => First(builder => builder.CPU(0, 32))),
        new("interpreter 16", () => First(builder => builder.Interpreter(16))),
        new("interpreter 32", () => First(builder => builder.Interpreter(32))),
        new("OpenCL", () => First(builder => builder.OpenCL())),
        new("PTX", () => new FakeCudaDriver().Open()),
        // A GPU is the exception: where there is none, that is said by no test.
        .. Context.Create(builder => builder.Cuda()).Devices.Count > 0
            ? (TestDevice[])[new("CUDA", () => First(builder => builder.Cuda()))]
            : [],
    ];

    /// <summary>The devices that have tensor cores.</summary>
    public static IEnumerable<TestDevice> WithTensorCores => All.Where(device => device.name is "PTX" or "CUDA");

    /// <summary>Whether this is the interpreter of PTX: a thousand times slower than a processor.</summary>
    public bool IsPtx => name == "PTX";

    /// <summary>The open device; the test is skipped, with the reason, where there is none.</summary>
    public Accelerator Open()
    {
        // A kernel's fault on CUDA is the end of its context: the next test gets another.
        if (opened is null or { Accelerator: CudaAccelerator { IsLost: true } })
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

    private static Accelerator First(Action<Context.Builder> build)
    {
        Context context = Context.Create(builder => build(builder));
        if (context.Devices.Count == 0)
            throw new NotSupportedException(context.Refusals.Count > 0 ? context.Refusals[0].Reason : "no such device here");
        return context.Devices[0].CreateAccelerator(context);
    }
}
