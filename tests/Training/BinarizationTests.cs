using System.Text.Json;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Data;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

public sealed class BinarizationTests
{
    [Test]
    public void Drawn_anew_a_resumed_run_is_the_unbroken_one_bit_for_bit()
    {
        var configuration = Configuration(Binarization.Dynamic);
        var unbroken = TinyRun.Train(configuration);
        using var backend = Backend.Open("cpu", 2);
        using var first = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        first.TrainEpoch(new TinyRun.Observer(), default);
        using var second = new Trainer(backend.Accelerator, configuration, TinyRun.Data);
        second.Restore(first.Snapshot());
        TinyRun.Finish(second);
        var resumed = second.Snapshot();
        Assert.That(resumed.Parameters, Is.EqualTo(unbroken.Parameters));
        Assert.That(TinyRun.Losses(resumed), Is.EqualTo(TinyRun.Losses(unbroken)));
    }

    [Test]
    public void Drawn_anew_once_and_never_are_three_different_runs()
    {
        var once = TinyRun.Data with { Train = TinyRun.Data.Train.Binarized(7, 0, threads: 1) };
        float[][] trained =
        [
            TinyRun.Train(Configuration(Binarization.None)).Parameters,
            TinyRun.Train(Configuration(Binarization.Dynamic)).Parameters,
            TinyRun.Train(Configuration(Binarization.Static), data: once).Parameters,
            TinyRun.Train(Configuration(Binarization.Dynamic), data: once).Parameters,
        ];
        Assert.That(trained[1], Is.Not.EqualTo(trained[0]));
        Assert.That(trained[2], Is.Not.EqualTo(trained[0]).And.Not.EqualTo(trained[1]));
        Assert.That(trained[3], Is.EqualTo(trained[2]), "black and white stay what they are");
    }

    [Test]
    public void The_name_of_earlier_versions_still_loads()
    {
        var text = JsonSerializer.Serialize(Configuration(Binarization.None), ConfigurationJson.Default.RunConfiguration);
        Assert.That(text, Does.Contain("\"binarization\": \"none\"").And.Not.Contain("binarised"));
        foreach (var (old, now) in new[] { ("true", Binarization.Static), ("false", Binarization.None) })
        {
            var read = JsonSerializer.Deserialize(
                text.Replace("\"binarization\": \"none\"", $"\"binarised\": {old}"), ConfigurationJson.Default.RunConfiguration)!;
            Assert.That(read.Data.Binarization, Is.EqualTo(now));
        }
        var dynamic = JsonSerializer.Serialize(Configuration(Binarization.Dynamic), ConfigurationJson.Default.RunConfiguration);
        Assert.That(JsonSerializer.Deserialize(dynamic, ConfigurationJson.Default.RunConfiguration)!.Fit.Binarization,
            Is.EqualTo(Binarization.Dynamic));
    }

    private static RunConfiguration Configuration(Binarization when)
    {
        var configuration = TinyRun.Configuration();
        return configuration with { Data = configuration.Data with { Binarization = when } };
    }
}
