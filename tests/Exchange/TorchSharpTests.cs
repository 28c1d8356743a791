using System.Diagnostics;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;
using VaeGpu.Training.Exchange;

namespace VaeGpu.Tests.Exchange;

/// <summary>TorchSharp reads what was exported; skipped where the peer of the benchmarks, which has it, is not built.</summary>
public sealed class TorchSharpTests
{
    private const string Project = "bench/peer/TorchSharp";

    [TestCase("conv bernoulli")]
    [TestCase("conditional conv, network")]
    public void TorchSharp_reads_the_tensors(string model)
    {
        string program = Path.Combine(ReadmeTests.Root, Project, "bin/Release/net10.0/VaeGpu.TorchSharp");
        if (!File.Exists(program))
            Assert.Ignore($"TorchSharp is not built: dotnet build -c Release {Project}");
        using var scratch = new ScratchFolder();
        using Backend cpu = Backend.Open("cpu", 1);
        Exported exported = Exported.Named(cpu.Accelerator, model);
        string path = scratch["model.safetensors"];
        ModelExport.Write(cpu.Accelerator, ExportFormat.Safetensors, path, exported.Run, exported.Parameters);
        using Process process = Process.Start(new ProcessStartInfo(program, ["--read", path]) { RedirectStandardOutput = true })!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (lines is [var only] && only.StartsWith("none ", StringComparison.Ordinal))
            Assert.Ignore($"TorchSharp cannot be loaded: {only["none ".Length..]}");
        Assert.That(lines.Order(), Is.EqualTo(PythonTests.Listed(path).Order()));
    }
}
