using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Ladder;
using VaeGpu.Bench.Measuring;
using VaeGpu.Bench.Micro;
using VaeGpu.Bench.Models;

const string Usage = """
    figures [--quick] [--only part,…] [--device device] [--out file.md]
                                                        the figures, as Markdown tables; which are so many times as fast as their peers
    ladder  [--quick] [--device device] [--out file.md] the ladder of matrix products
    likelihoods [--quick] [--only likelihood,…] [--out file.md]
                                                        the same digits under different likelihoods, as docs/likelihoods.md
    micro   [BenchmarkDotNet's arguments]               micro-benchmarks
    """;

switch (args)
{
    case ["figures", ..]:
        return FiguresCommand.Run(args[1..]);
    case ["ladder", ..]:
        return LadderCommand.Run(args[1..]);
    case ["likelihoods", ..]:
        return LikelihoodsCommand.Run(args[1..]);
    case ["micro", ..]:
        return MicroCommand.Run(args[1..]);
    case [BusyNeighbor.Argument]:
        return BusyNeighbor.Burn();
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
