using System.CommandLine;
using VaeGpu.Bench.CommandLine;
using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;
using VaeGpu.Bench.Session;
using VaeGpu.Host;

// What vaegpu is told is its own, --help included.
if (args is ["vaegpu", .. var own])
    return VaeGpuProgram.Run(own, Terminal.OfProcess(), default);

var pattern = new Argument<string?>("REGEX")
{
    Description = "Run the tests whose full names match alone", Arity = ArgumentArity.ZeroOrOne,
};
var tests = new Command("tests", "Runs the tests") { pattern };
tests.SetAction(result => TestRun.Of(result.GetValue(pattern)));
var device = new Argument<string>("DEVICE") { Description = "The device, as \"vaegpu devices\" names it" };
var sweep = new Command("sweep", "Launches every kernel once") { device };
sweep.SetAction(result => Sweep.Run(result.GetRequiredValue(device)));
return BenchProgram.Run(
    "Tests, measures and runs VaeGpu where no .NET is installed.", args,
    tests, sweep, FiguresCommand.Create(args), BusyNeighbor.Create(),
    new Command("vaegpu", "The program itself, with its own arguments"));
