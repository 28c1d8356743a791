using VaeGpu.Kernels.Devices;

namespace VaeGpu.Tests.Kernels;

public class BackendTests
{
    [TestCase("cpu", DeviceKind.Cpu, 0)]
    [TestCase("OpenCL:2", DeviceKind.OpenCL, 2)]
    [TestCase("auto", DeviceKind.Auto, 0)]
    [TestCase("interpreter", DeviceKind.Interpreter, 0)]
    public void A_specification_is_read(string text, DeviceKind kind, int index) =>
        Assert.That(DeviceSpec.Parse(text), Is.EqualTo(new DeviceSpec(kind, index)));

    [TestCase("")]
    [TestCase("gpu")]
    [TestCase("cpu:1")]
    [TestCase("opencl:-1")]
    [TestCase("opencl:x")]
    [TestCase("opencl:1:2")]
    public void Anything_else_is_refused(string text) =>
        Assert.That(() => DeviceSpec.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains("opencl"));

    [TestCase("opencl:99")]
    [TestCase("cuda:99")]
    public void A_missing_device_is_named(string spec) =>
        Assert.That(() => Backend.Open(spec), Throws.TypeOf<DeviceNotFoundException>().With.Message.Contains(spec));

    [Test]
    public void A_number_beyond_the_last_is_answered_with_the_last()
    {
        int count = Backend.List().Count(entry => entry.Spec.StartsWith("opencl", StringComparison.Ordinal));
        if (count == 0)
            Assert.Ignore("no OpenCL device is installed");
        string last = count == 1 ? "opencl" : $"opencl:{count - 1}";
        Assert.That(() => Backend.Open($"opencl:{count}"),
            Throws.TypeOf<DeviceNotFoundException>().With.Message.Contains($"The last of the kind is {last}."));
    }

    [Test]
    public void The_processor_and_the_interpreter_are_always_there()
    {
        using var cpu = Backend.Open("cpu", 1);
        Assert.That(cpu.Accelerator.NumMultiprocessors, Is.EqualTo(1));
        string[] specs = [.. Backend.List().Select(entry => entry.Spec)];
        Assert.That(specs, Does.Contain("cpu").And.Contain("interpreter"));
    }

    [Test]
    public void The_default_opens()
    {
        using var backend = Backend.Open();
        Assert.That(backend.Accelerator.Name, Is.Not.Empty);
    }
}
