using System.Diagnostics;
using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// The time from starting the program to its first line about training, which ends an epoch. With one batch of images in files
/// that epoch is one step, one batch of evaluation and a checkpoint: it bounds the time to the first step from above. With the
/// built-in digits it is what a person waits for who tries the program.
/// </summary>
internal static class StartFigures
{
    private const string What = "start to the end of the first epoch, evaluated and saved";
    private const int Batch = 128, Side = 28;

    public static IEnumerable<Figure> Measure(IReadOnlyList<BenchDevice> devices, Effort effort)
    {
        string scratch = Directory.CreateTempSubdirectory("vaegpu-bench-").FullName;
        try
        {
            string images = Path.Combine(scratch, "images");
            WriteImages(images);
            foreach (string device in new[] { "cpu" }.Concat(devices.Any(d => !d.IsCpu) ? ["opencl"] : []))
            {
                Quantity files = Time(["--device", device, "--data", images], scratch, Math.Min(effort.Rounds, 11));
                yield return new(What, device, $"784-400-20, {Batch} images in files") { Value = files };
            }
            yield return new(What, "cpu", "784-400-20, 60,000 built-in digits") { Value = Time(["--device", "cpu"], scratch, 3) };
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static Quantity Time(string[] arguments, string scratch, int starts)
    {
        string[] all = [.. arguments, "--epochs", "1", "--overwrite", "--out", Path.Combine(scratch, "run")];
        return Quantity.Seconds(Spread.Of(Enumerable.Range(0, starts).Select(_ => Start(all))));
    }

    private static double Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "vaegpu"), ["train", .. arguments])
        {
            RedirectStandardOutput = true,
        };
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        double? first = null;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("epoch", StringComparison.Ordinal))
                first ??= Stopwatch.GetElapsedTime(begin).TotalSeconds;
        }
        process.WaitForExit();
        return first ?? throw new InvalidOperationException($"vaegpu train ended with {process.ExitCode} and without an epoch.");
    }

    /// <summary>One batch to train on and one held out, in MNIST's files.</summary>
    private static void WriteImages(string folder)
    {
        Directory.CreateDirectory(folder);
        // IDX: a magic number that says "bytes, three axes", then the sizes, all with the highest byte first.
        byte[] file = [0, 0, 8, 3, 0, 0, 0, Batch, 0, 0, 0, Side, 0, 0, 0, Side, .. Data.Bytes(Batch * Side * Side)];
        File.WriteAllBytes(Path.Combine(folder, "train-images-idx3-ubyte"), file);
        File.WriteAllBytes(Path.Combine(folder, "t10k-images-idx3-ubyte"), file);
    }
}
