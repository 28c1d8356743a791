using System.Reflection;
using VaeGpu.Tests.Host;

namespace VaeGpu.Tests.Samples;

/// <summary>The sample runs as it stands, docs/ilgpu.md shows all of it, and the README its kernel.</summary>
public sealed class HelloKernelTests
{
    [Test, NonParallelizable]
    public void Every_device_computes_the_correct_sum()
    {
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            Assembly.Load("VaeGpu.HelloKernel").EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.All.Contains(" correct in "));
        foreach (string device in (string[])["CPUDevice", "SimdDevice", "InterpreterDevice"])
            Assert.That(lines.Count(line => line.StartsWith(device, StringComparison.Ordinal)), Is.EqualTo(2), device);
    }

    [Test]
    public void The_page_on_ILGPU_shows_it_whole_and_the_README_its_kernel()
    {
        string sample = File.ReadAllText(Path.Combine(ReadmeTests.Root, "samples", "HelloKernel", "Program.cs"));
        Assert.That(File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "ilgpu.md")), Does.Contain(sample));
        string kernel = sample[sample.IndexOf("internal static class Hello", StringComparison.Ordinal)..].Trim();
        Assert.That(File.ReadAllText(Path.Combine(ReadmeTests.Root, "README.md")), Does.Contain(kernel));
    }
}
