using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;
using VaeGpu.Kernels;

namespace VaeGpu.Bench.Ladder;

/// <summary>The command "ladder": every rung on every device, checked against float64, then timed.</summary>
internal static class LadderCommand
{
    public static int Run(string[] args)
    {
        if (Arguments.Parse(args) is not { } arguments)
            return 2;
        // A multiple of every tile, and of 16; large enough that the operands do not fit the first-level cache.
        int size = arguments.Quick ? 384 : 768;
        Effort effort = arguments.Effort with { Rounds = arguments.Effort.Rounds / 2 };
        var report = new Report(Provenance.Now());
        string command = $"dotnet run -c Release --project bench -- ladder {string.Join(' ', args)}".TrimEnd();
        report.Open("The ladder of matrix products", command, effort);
        float[] left = Data.Normal(size * size), right = Data.Uniform(size * size);
        MatMulShape shape = ProductFigures.Of(size, size, size);
        var reference = new Reference(left, right, shape);
        foreach (BenchDevice device in BenchDevice.Open(arguments.Device))
        {
            using (device)
                report.Section(device.Name, Measure(device, left, right, shape, reference, effort));
        }
        report.Save(arguments.Out);
        return 0;
    }

    private static IEnumerable<Figure> Measure(
        BenchDevice device, float[] left, float[] right, MatMulShape shape, Reference reference, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        using var a = accelerator.Allocate1D(left);
        using var b = accelerator.Allocate1D(right);
        var rates = new Dictionary<int, double>();
        foreach (Rung rung in Rung.All)
        {
            // A buffer of its own, so that no rung passes the check with its predecessor's results.
            using var c = accelerator.Allocate1D(new float[shape.Rows * shape.Columns]);
            Product product = rung.Load(accelerator, shape);
            product(a.View, b.View, c.View);
            reference.Check(c.GetAsArray1D(), $"rung {rung.Number} on {device.Name}");
            Timing timing = device.Time(effort, 2.0 * shape.Rows * shape.Columns * shape.Depth, () => product(a.View, b.View, c.View));
            rates[rung.Number] = timing.Rate;
            string value = $"{Numbers.Giga(timing.Rate)} GFLOP/s";
            if (rates.TryGetValue(rung.Predecessor, out double before))
                value += $", {Numbers.Three(timing.Rate / before)} × rung {rung.Predecessor}";
            yield return new($"{rung.Number}. {rung.Idea}", device.Name, $"{shape.Rows}³", value, timing.Peak, timing.OfPeak);
        }
    }
}
