using System.Diagnostics;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Targets.Ptx;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Ptx;

/// <summary>NVIDIA's assembler, where the environment variable PTXAS says where it is; nothing is checked where it does not.</summary>
internal static class Ptxas
{
    private static readonly string? program = Environment.GetEnvironmentVariable("PTXAS");

    /// <summary>Assembles texts for a GPU and fails the test at those that it refuses; prints registers and spills.</summary>
    public static void Check(IEnumerable<(string Kernel, PtxModule Module)> modules)
    {
        if (program is null)
            return;
        using var folder = new ScratchFolder();
        int number = 0, spilling = 0;
        Assert.Multiple(() =>
        {
            foreach ((string kernel, PtxModule module) in modules.DistinctBy(m => m.Module.Text))
            {
                string path = Path.Combine(folder.Path, $"{number++}.ptx");
                File.WriteAllText(path, module.Text);
                foreach (string target in (Environment.GetEnvironmentVariable("PTXAS_TARGETS") ?? "sm_90").Split(','))
                {
                    (int code, string output) = Run("-arch", target, "-v", "-o", path + ".cubin", path);
                    Assert.That(code, Is.Zero, $"{kernel} for {target}: {output}\n{(code == 0 ? "" : module.Text)}");
                    bool spills = !output.Contains("0 bytes spill stores") || !output.Contains("bytes stack frame");
                    spilling += spills ? 1 : 0;
                    string? resources = output.Split("Used ").ElementAtOrDefault(1)?.Split('\n')[0];
                    TestContext.Out.WriteLine($"{target} {resources}{(spills ? " SPILLS" : "")}: {kernel}");
                }
            }
        });
        TestContext.Out.WriteLine($"{number} texts assembled; {spilling} spill.");
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(program!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardError.ReadToEnd() + process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
