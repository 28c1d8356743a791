using VaeGpu.Gpu.Inspection;
using VaeGpu.Host;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Diagnostics.Catalogue;
using VaeGpu.Training.Optimization;

namespace VaeGpu.Tests.Host;

/// <summary>The list of "vaegpu kernels".</summary>
public sealed class KernelListTests
{
    private static readonly Lazy<Call> all = new(() => Call.Of("kernels", "--batch", "8", "--device", "cpu"));

    [Test]
    public void No_line_is_wider_than_120_columns() => Assert.Multiple(() =>
    {
        Assert.That(all.Value.ExitCode, Is.Zero, all.Value.Error);
        Assert.That(all.Value.Output.Split('\n').Where(line => line.Length > 120), Is.Empty);
    });

    [Test]
    public void Every_kernel_at_training_sizes_is_listed_once()
    {
        string[] lines = [.. all.Value.Output.Split('\n').Select(line => line.Trim())];
        Assert.Multiple(() =>
        {
            foreach (string name in KernelInspector.Record(gpu: true, runs: false, accelerator =>
                KernelCatalogue.Launch(accelerator, CatalogueSizes.Training(8), tensorCores: true, default))
                .Select(launch => launch.Name).Distinct())
            {
                Assert.That(
                    lines.Count(line => line == name || line.StartsWith(name + "  ", StringComparison.Ordinal)), Is.EqualTo(1), name);
            }
        });
    }

    [Test]
    public void The_default_step_has_the_launches_of_the_trainer()
    {
        CatalogueStep step = KernelCatalogue.Steps(8, "default", _ => false, default).Single();
        string[] trained = [];
        using Backend device = Backend.Open("cpu", threads: 1);
        KernelInspector.Record(gpu: true, runs: false, accelerator =>
        {
            var configuration = TinyRun.Configuration(hidden: 400);
            using var trainer = new Trainer(accelerator, configuration, TinyRun.Data);
            trainer.WholeStep(graph => trained = [.. graph.Graph!.Names.Select(KernelCatalogue.Plain)]);
        });
        Assert.That(step.Launches.Select(launch => KernelCatalogue.Plain(launch.Name)), Is.EqualTo(trained));
    }

    [Test]
    public void Counts_of_a_kernel_are_the_sums_of_its_launches_in_the_step()
    {
        Call call = Call.Of("kernels", "--name", "columnsum.run", "--step", "DEFAULT", "--batch", "4", "--device", "cpu");
        string row = call.Output.Split('\n').Single(line => line.Contains("ColumnSum.Run", StringComparison.Ordinal));
        KernelLaunch[] launches = [.. KernelCatalogue.Steps(4, "default", _ => true, default).Single().Launches
            .Where(launch => launch.Name == "ColumnSum.Run")];
        string[] words = row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.Zero, call.Error);
            Assert.That(words[1], Is.EqualTo($"{launches.Length}"));
            Assert.That(words[4..6], Is.EqualTo(new[]
            {
                ShortNumber.Of(launches.Sum(launch => launch.Flops)), ShortNumber.Of(launches.Sum(launch => launch.Bytes)),
            }));
        });
    }

    [TestCase("gelu", "ActivationGradient<Gelu>")]
    [TestCase("convolutions", "ConvWeights.Run")]
    [TestCase("optimizer adamw, clipped", "AdamW.Run")]
    public void A_word_of_a_steps_name_is_enough(string step, string kernel)
    {
        Call call = Call.Of("kernels", "--step", step, "--batch", "4", "--device", "cpu");
        Assert.That((call.ExitCode, call.Output), Is.EqualTo((0, call.Output)), call.Error);
        Assert.That(call.Output, Does.Contain(kernel).And.Match(@"\d+ launches, [\d.]+[kMG]? operations, [\d.]+[kMG]? bytes"));
    }

    [Test]
    public void What_is_not_there_is_a_usage_error_that_says_what_is() => Assert.Multiple(() =>
    {
        Call step = Call.Of("kernels", "--step", "lapalce", "--device", "cpu");
        Assert.That((step.ExitCode, step.Error), Is.EqualTo((2, step.Error)));
        Assert.That(step.Error, Does.Contain("--step: there is no step \"lapalce\". There are: default; likelihood bernoulli"));
        Call kernel = Call.Of("kernels", "--name", "adan", "--step", "default", "--device", "cpu");
        Assert.That((kernel.ExitCode, kernel.Error), Is.EqualTo((2, kernel.Error)));
        Assert.That(kernel.Error, Does.Contain("No kernel of the step \"default\" has \"adan\" in its name."));
    });
}
