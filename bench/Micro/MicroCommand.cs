using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.ConsoleArguments;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using VaeGpu.Bench.CommandLine;

namespace VaeGpu.Bench.Micro;

/// <summary>The command "micro": BenchmarkDotNet on the kernels, one at a time.</summary>
internal static class MicroCommand
{
    /// <summary>Letters of the longest name of a fused pair, and more.</summary>
    private const int NameWidth = 60;

    public static Command Create() => BenchProgram.PassingOn(
        "micro",
        "Runs micro-benchmarks with BenchmarkDotNet, whose options it takes: --filter \"*\" for all, --list flat for their names, "
            + "--job short for a quick look",
        Run);

    private static int Run(string[] args)
    {
        // In this process: the kernels are compiled by our own compiler whatever runtime BenchmarkDotNet would build for.
        string[] inProcess = [.. args, "--inProcess"];
        IConfig config = DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default).AddColumn(RateColumn.All)
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(NameWidth));
        // It tells what is wrong with an option.
        if (!ConfigParser.Parse(inProcess, ConsoleLogger.Default, config).isSuccess)
            return 2;
        BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(inProcess, config);
        return 0;
    }
}
