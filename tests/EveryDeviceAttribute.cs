using VaeGpu.Gpu;
using VaeGpu.Gpu.Runtime;

namespace VaeGpu.Tests;

/// <summary>Runs a test once for each device: the test takes a <see cref="TestDevice"/> and opens it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EveryDeviceAttribute() : TestCaseSourceAttribute(typeof(TestDevice), nameof(TestDevice.All));

/// <summary>A device to test on. It is opened once and stays open: compiled kernels are kept between tests.</summary>
public sealed class TestDevice
{
    private readonly string name;
    private readonly Lazy<(Accelerator? Accelerator, string Reason)> opened;

    private TestDevice(string name, Func<Accelerator> open)
    {
        this.name = name;
        opened = new(() => TryOpen(open));
    }

    /// <summary>The devices: plain C#, the CPU at each vector width, the interpreter, PTX on a machine of ours, the first OpenCL device.</summary>
    public static IEnumerable<TestDevice> All { get; } =
    [
        new("plain C#", () => new HostAccelerator()),
        new("CPU 512", () => First(builder => builder.CPU(0, 512))),
        new("CPU 256", () => First(builder => builder.CPU(0, 256))),
        new("CPU 128", () => First(builder => builder.CPU(0, 128))),
        new("CPU 32", () => First(builder => builder.CPU(0, 32))),
        new("interpreter 16", () => First(builder => builder.Interpreter(16))),
        new("interpreter 32", () => First(builder => builder.Interpreter(32))),
        new("PTX", () => new Ptx.MachineAccelerator()),
        new("OpenCL", () => First(builder => builder.OpenCL())),
    ];

    /// <summary>The open device; the test is skipped, with the reason, where there is none.</summary>
    public Accelerator Open()
    {
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
