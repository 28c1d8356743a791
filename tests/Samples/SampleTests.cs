using System.Diagnostics;

namespace VaeGpu.Tests.Samples;

/// <summary>The samples run as they stand, each in a process of its own.</summary>
public sealed class SampleTests
{
    [Test]
    public void TrainVae_trains_evaluates_and_draws()
    {
        string output = Run("TrainVae");
        Assert.That(output, Does.Match(@"epoch 5: -\d+\.\d+ nats on held-out digits"));
        Assert.That(output, Does.Match(@"log p\(x\) \d+\.\d+ nats, \d+ of 10 latent dimensions in use"));
        Assert.That(output, Does.Contain("8 digits drawn"));
    }

    [Test]
    public void EncodeAndDecode_finds_the_curve_and_not_the_noise()
    {
        double[] errors = [.. Run("EncodeAndDecode").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.That(errors, Has.Length.EqualTo(4));
        Assert.That(errors[..3], Is.All.LessThan(0.02));
    }

    [Test]
    public void CustomLikelihood_is_not_led_astray_by_outliers()
    {
        string[] lines = Run("CustomLikelihood").Split('\n');
        double[] centers =
            [.. lines.Take(2).Select(line => double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.That(centers[0], Is.GreaterThan(1), lines[0]);
        Assert.That(centers[1], Is.EqualTo(0.3).Within(0.05), lines[1]);
    }

    [Test]
    public void CustomKernel_gives_the_same_bits_on_both_devices()
    {
        string[] lines = Run("CustomKernel").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(2).And.All.Contains("sum of the first row 1.0000"));
        Assert.That(lines[0].Split(' ')[^1], Is.EqualTo(lines[1].Split(' ')[^1]));
    }

    [Test]
    public void TrainVae_has_at_most_40_lines() =>
        Assert.That(
            File.ReadAllLines(Path.Combine(Host.ReadmeTests.Root, "samples", "TrainVae", "Program.cs")), Has.Length.LessThanOrEqualTo(40));

    private static string Run(string sample)
    {
        string program = Path.Combine(AppContext.BaseDirectory, $"VaeGpu.{sample}.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        return output;
    }
}
