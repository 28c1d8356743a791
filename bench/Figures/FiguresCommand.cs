using VaeGpu.Bench.Measuring;

namespace VaeGpu.Bench.Figures;

/// <summary>The command "figures": every figure that the project states, measured here and now.</summary>
internal static class FiguresCommand
{
    private static readonly (string Name, string Title, Func<IReadOnlyList<BenchDevice>, Effort, IEnumerable<Figure>> Measure)[] Parts =
    [
        ("peak", "Measured peak", PeakFigures.Measure),
        ("products", "Matrix products", ProductFigures.Measure),
        ("launch", "Launches", LaunchFigures.Measure),
        ("elementwise", "Elementwise kernels", ElementwiseFigures.Measure),
        ("fusion", "Fused kernels against their unfused twins", FusionFigures.Measure),
        ("step", "The whole training step, beside PyTorch (half as many samples, ten times as long)", StepFigures.Measure),
        ("start", "Cold start (at most 11 starts each)", StartFigures.Measure),
    ];

    public static int Run(string[] args)
    {
        if (Arguments.Parse(args) is not { } arguments)
            return 2;
        if (Array.Find(arguments.Only, name => !Array.Exists(Parts, part => part.Name == name)) is { } unknown)
        {
            string known = string.Join(", ", Parts.Select(part => part.Name));
            Console.Error.WriteLine($"error: there is no part \"{unknown}\"; there are {known}.");
            return 2;
        }
        var report = new Report(Provenance.Now());
        report.Open("Figures", $"dotnet run -c Release --project bench -- figures {string.Join(' ', args)}".TrimEnd(), arguments.Effort);
        IReadOnlyList<BenchDevice> devices = BenchDevice.OpenAll();
        foreach (var (name, title, measure) in Parts)
        {
            if (arguments.Only.Length == 0 || arguments.Only.Contains(name))
                report.Section(title, measure(devices, arguments.Effort));
        }
        foreach (BenchDevice device in devices)
            device.Dispose();
        report.Save(arguments.Out);
        return 0;
    }
}
