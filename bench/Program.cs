using VaeGpu.Bench.CommandLine;
using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;
using VaeGpu.Bench.Micro;
using VaeGpu.Bench.Models;
using VaeGpu.Bench.Tables;

return BenchProgram.Run(
    "Measures VaeGpu, beside peers where there are any.", args,
    FiguresCommand.Create(args), TablesCommand.Create(), LikelihoodsCommand.Create(args), MicroCommand.Create(),
    BusyNeighbor.Create());
