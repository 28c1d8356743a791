using VaeGpu.Kernels.Devices;

namespace VaeGpu.Tests.Kernels;

public class BackendTests
{
    [TestCase("cpu", "cpu", 0)]
    [TestCase("OpenCL:2", "opencl", 2)]
    [TestCase("auto", null, 0)]
    [TestCase("interpreter", "interpreter", 0)]
    [TestCase("ilgpu-cuda:1", "ilgpu-cuda", 1)]
    [TestCase("ilgpu-cpu", "ilgpu-cpu", 0)]
    public void A_specification_is_read(string text, string? kind, int index)
    {
        DeviceSpec spec = DeviceSpec.Parse(text);
        Assert.That((spec.Kind?.Name, spec.Index), Is.EqualTo((kind, index)));
    }

    [TestCase("")]
    [TestCase("gpu")]
    [TestCase("cpu:1")]
    [TestCase("opencl:-1")]
    [TestCase("opencl:x")]
    [TestCase("opencl:1:2")]
    [TestCase("auto:1")]
    [TestCase("ilgpu-cpu:1")]
    public void Anything_else_is_refused(string text) =>
        Assert.That(() => DeviceSpec.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains("opencl"));

    [TestCase("opencl:99")]
    [TestCase("cuda:99")]
    [TestCase("ilgpu-cuda:99")]
    [TestCase("ilgpu-opencl:99")]
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
    public void The_processor_the_interpreter_and_ILGPUs_processor_are_always_there()
    {
        using var cpu = Backend.Open("cpu", 1);
        Assert.That(cpu.Accelerator.NumMultiprocessors, Is.EqualTo(1));
        string[] specs = [.. Backend.List().Select(entry => entry.Spec)];
        Assert.That(specs, Does.Contain("cpu").And.Contain("interpreter").And.Contain("ilgpu-cpu"));
    }

    [Test]
    public void The_default_opens()
    {
        using var backend = Backend.Open();
        Assert.That(backend.Accelerator.Name, Is.Not.Empty);
    }
}
