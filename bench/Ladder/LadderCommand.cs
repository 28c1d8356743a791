using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using VaeGpu.Bench.CommandLine;
using VaeGpu.Bench.Figures;
using VaeGpu.Bench.Measuring;
using VaeGpu.Bench.Tables;
using VaeGpu.Kernels.Devices;
using VaeGpu.Kernels.Products;

namespace VaeGpu.Bench.Ladder;

/// <summary>The command "ladder": every rung on every device, checked against float64, then timed.</summary>
internal static class LadderCommand
{
    private const string Part = "ladder";

    /// <param name="args">The program's arguments, for the tables to name.</param>
    public static Command Create(string[] args)
    {
        Option<bool> quick = CommonOptions.Quick(), allowUnquiet = CommonOptions.AllowUnquiet();
        Option<string?> device = CommonOptions.Device(), page = CommonOptions.Page();
        var command = new Command(Part, "Measures the ladder: matrix products from one thread for each result to tensor cores")
        {
            quick, device, page, allowUnquiet,
        };
        command.SetAction(result => Run(
            args, result.GetValue(quick), result.GetValue(device), CommonOptions.PageAt(result.GetValue(page)),
            result.GetValue(allowUnquiet)));
        return command;
    }

    private static int Run(string[] args, bool quick, string? only, Page? page, bool allowUnquiet)
    {
        page?.ThrowIfWithout([Part]);
        Effort effort = CommonOptions.EffortOf(quick);
        effort = effort with { Rounds = effort.Rounds / 2 };
        var report = new Report(Provenance.Now(args));
        report.Open("The ladder of matrix products");
        report.Line("");
        report.Line("Beside each rate stand what it gains on the rung that it changes, and the error against a product in float64, "
            + "‖C − A·B‖ / ‖A·B‖. All rungs in fp32 are held to the same results, bit for bit.");
        foreach (BenchDevice device in BenchDevice.Open(only))
        {
            using (device)
                report.Section(Part, device.Name, Measure(device, SizeFor(device, quick), effort));
        }
        report.Save(null, page, allowUnquiet);
        return report.HasFailures ? 1 : 0;
    }

    /// <summary>
    /// A multiple of every tile; on a GPU with enough large blocks for all processors, else beyond the first-level cache.
    /// </summary>
    private static int SizeFor(BenchDevice device, bool quick) => (quick ? 384 : 768) * (device.IsGpu ? 4 : 1);

    private static IEnumerable<Figure> Measure(BenchDevice device, int size, Effort effort)
    {
        Accelerator accelerator = device.Accelerator;
        MatMulShape shape = ProductFigures.Of(size, size, size);
        float[] left = Data.Normal(size * size), right = Data.Uniform(size * size);
        var reference = new Reference(left, right, shape);
        using var a = accelerator.Allocate1D(left);
        using var b = accelerator.Allocate1D(right);
        var rates = new Dictionary<int, double>();
        float[]? first = null;
        foreach (Rung rung in Rung.All)
        {
            string what = $"{rung.Number}. {rung.Idea}";
            if (rung.Precision != Precision.Fp32 && !Backend.HasTensorCores(accelerator))
            {
                yield return new(what, device.Name, $"{size}³") { Note = "not run: the device has no tensor cores" };
                continue;
            }
            yield return Figure.Attempt(what, device.Name, $"{size}³", () =>
            {
                // A buffer of its own, so that no rung passes the check with its predecessor's results.
                using var c = accelerator.Allocate1D(new float[size * size]);
                Product product = rung.Load(accelerator, shape);
                product(a.View, b.View, c.View);
                double error = Check(rung, c.GetAsArray1D(), reference, ref first, $"rung {rung.Number} on {device.Name}");
                Timing timing = device.Time(effort, 2.0 * size * size * size, () => product(a.View, b.View, c.View));
                double rate = rates[rung.Number] = timing.Rate.Median;
                string gain = rates.TryGetValue(rung.Predecessor, out double before)
                    ? $"{Numbers.Three(rate / before)} × rung {rung.Predecessor}, "
                    : "";
                return new(what, device.Name, $"{size}³")
                {
                    Value = new(timing.Rate * 1e-9, Numbers.Operations), Peak = timing.PeakRate, OfPeak = timing.OfPeak,
                    Note = $"{gain}error {error.ToString("0.0e-0", CultureInfo.InvariantCulture)}",
                };
            });
        }
    }

    /// <summary>The relative error of a rung; all in fp32 must have the results of the first.</summary>
    private static double Check(Rung rung, float[] results, Reference reference, ref float[]? first, string place)
    {
        double error = reference.Check(results, rung.Precision, place);
        first ??= results;
        if (rung.Precision == Precision.Fp32 && !MemoryMarshal.AsBytes<float>(first).SequenceEqual(MemoryMarshal.AsBytes<float>(results)))
            throw new InvalidOperationException($"{place}: the results are not those of rung 1, bit for bit.");
        return error;
    }
}
