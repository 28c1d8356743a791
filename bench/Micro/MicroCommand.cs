using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace VaeGpu.Bench.Micro;

/// <summary>The command "micro": BenchmarkDotNet on the kernels, one at a time.</summary>
internal static class MicroCommand
{
    public static int Run(string[] args)
    {
        // In this process: the kernels are compiled by our own compiler whatever runtime BenchmarkDotNet would build for.
        IConfig config = DefaultConfig.Instance
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default);
        return BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(args, config).Any() || args.Length > 0 ? 0 : 1;
    }
}
