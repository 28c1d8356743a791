using System.Diagnostics;
using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Figures;

/// <summary>
/// The time from starting the program to its first line about training. With one batch of images in files that line tells of
/// the only epoch: one step, one batch of evaluation and a checkpoint written. It bounds the time to the first step from above.
/// </summary>
internal static class StartFigures
{
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
                double[] seconds = [.. Enumerable.Range(0, Math.Min(effort.Rounds, 11)).Select(i => Start(device, images, Path.Combine(scratch, $"{device}-{i}")))];
                yield return new("start to the first epoch of one step, evaluated and saved", device, $"784-400-20, {Batch} images in files", Numbers.Time(Samples.Median(seconds)));
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static double Start(string device, string images, string folder)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "vaegpu"),
            ["train", "--data", images, "--device", device, "--epochs", "1", "--out", folder])
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
