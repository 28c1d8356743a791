using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Running;

namespace VaeGpu.Bench.Micro;

/// <summary>The command "micro": BenchmarkDotNet on the kernels, one at a time.</summary>
internal static class MicroCommand
{
    public static int Run(string[] args)
    {
        // In this process: the kernels are compiled by our own compiler whatever runtime BenchmarkDotNet would build for.
        string[] inProcess = [.. args, "--inProcess"];
        IConfig config = DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(inProcess, config);
        return 0;
    }
}
