using VaeGpu.Bench.Measuring;
using VaeGpu.Bench.Models;

namespace VaeGpu.Bench.Figures;

/// <summary>The command "figures": the figures that the project states, measured here and now.</summary>
internal static class FiguresCommand
{
    private static readonly (string Name, string Title, Func<IReadOnlyList<BenchDevice>, Effort, IEnumerable<Figure>> Measure)[] Parts =
    [
        ("peak", "Measured peak", PeakFigures.Measure),
        ("products", "Matrix products", ProductFigures.Measure),
        ("launch", "Launches", LaunchFigures.Measure),
        ("elementwise", "Elementwise kernels", ElementwiseFigures.Measure),
        ("algorithms", "Functions and random numbers beside those of ILGPU.Algorithms", AlgorithmsFigures.Measure),
        ("fusion", "Fused kernels against their unfused twins", FusionFigures.Measure),
        ("step", "The whole training step, beside PyTorch (half as many samples, ten times as long)", StepFigures.Measure),
        ("start", "Cold start (at most 11 starts each)", StartFigures.Measure),
    ];

    /// <summary>
    /// Parts that are measured where they are named: trainings to the end, for minutes, and what a GPU's session asks for.
    /// </summary>
    private static readonly (string Name, string Title, Func<IReadOnlyList<BenchDevice>, Effort, IEnumerable<Figure>> Measure)[] Named =
    [
        ("cublas", "Matrix products beside cuBLAS", GpuFigures.BesideCublas),
        ("peers", "The training step beside PyTorch on the GPU", GpuFigures.BesidePyTorch),
        ("ppca", "Linear models beside the closed optimum of probabilistic PCA (one training each)", PpcaFigures.Measure),
        ("binarized-mnist", "MNIST, dynamically binarized (one training)", BinarizedMnistFigures.Measure),
    ];

    public static int Run(string[] args)
    {
        if (Arguments.Parse(args) is not { } arguments)
            return 2;
        string[] names = [.. Parts.Concat(Named).Select(part => part.Name)];
        if (Array.Find(arguments.Only, name => !names.Contains(name)) is { } unknown)
        {
            string known = string.Join(", ", names);
            Console.Error.WriteLine($"error: there is no part \"{unknown}\"; there are {known}.");
            return 2;
        }
        var report = new Report(Provenance.Now());
        report.Open("Figures", $"dotnet run -c Release --project bench -- figures {string.Join(' ', args)}".TrimEnd(), arguments.Effort);
        IReadOnlyList<BenchDevice> devices = BenchDevice.Open(arguments.Device);
        var asked = arguments.Only.Length == 0 ? Parts : Parts.Concat(Named).Where(part => arguments.Only.Contains(part.Name));
        foreach (var (_, title, measure) in asked)
            report.Section(title, measure(devices, arguments.Effort));
        report.Goals();
        foreach (BenchDevice device in devices)
            device.Dispose();
        report.Save(arguments.Out);
        return report.HasFailures ? 1 : 0;
    }
}
