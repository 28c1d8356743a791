using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Ladder;
using VaeGpu.Bench.Measuring;
using VaeGpu.Bench.Session;
using VaeGpu.Host;

const string Usage = """
    tests   [regex]       runs the tests whose full names match
    sweep   device        launches every kernel once
    figures …, ladder …   as in bench
    vaegpu  …             the program
    """;

switch (args)
{
    case ["tests"]:
        return TestRun.Of(null);
    case ["tests", var pattern]:
        return TestRun.Of(pattern);
    case ["sweep", var device]:
        return Sweep.Run(device);
    case ["figures", ..]:
        return FiguresCommand.Run(args[1..]);
    case ["ladder", ..]:
        return LadderCommand.Run(args[1..]);
    case ["vaegpu", ..]:
        return VaeGpuProgram.Run(args[1..], Terminal.OfProcess(), default);
    case [BusyNeighbor.Argument]:
        return BusyNeighbor.Burn();
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
