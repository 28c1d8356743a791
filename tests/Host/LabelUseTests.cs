using System.Globalization;
using System.Text.Json;
using VaeGpu.Host;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;
using VaeGpu.Training.Inference;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class LabelUseTests
{
    private readonly ScratchFolder folder = new();

    [OneTimeSetUp]
    public void Train()
    {
        var line = Call.Train(folder, "--epochs", "1", "--latent", "4", "--condition", "labels", "--prior", "network");
        folder.Put("data/train-labels-idx1-ubyte", Idx.LabelFile(TinyRun.Data.Train.Labels!));
        folder.Put("data/t10k-labels-idx1-ubyte", Idx.LabelFile(TinyRun.Data.Test.Labels!));
        var call = Call.Of(line);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("sample", "samples-64-seed-1-label-{0}.png")]
    [TestCase("reconstruct", "reconstructions-64-label-{0}.png")]
    [TestCase("interpolate", "interpolations-8-label-{0}.png")]
    [TestCase("traverse", "traversals-label-{0}.png")]
    [TestCase("traverse --image 3", "traversals-label-{0}.png")]
    [TestCase("manifold --side 4 --dimensions 0,2", "manifold-4-label-{0}.png")]
    public void A_label_decides_what_is_decoded_and_names_the_file(string line, string name)
    {
        byte[] Picture(string label)
        {
            var call = Use($"{line} --label {label} --overwrite");
            var file = folder[Path.Combine("run", string.Format(CultureInfo.InvariantCulture, name, label))];
            Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
            Assert.That(call.Output.Trim(), Does.EndWith(file));
            return File.ReadAllBytes(file);
        }
        Assert.That(Picture("6"), Is.Not.EqualTo(Picture("7")));
    }

    [TestCase("interpolate")]
    [TestCase("traverse")]
    [TestCase("manifold --dimensions 0,1")]
    public void A_label_that_is_missing_is_asked_for(string line)
    {
        var call = Use(line);
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(call.Error, Does.Contain("--label").And.Contain("0 to 9"));
    }

    [TestCase("10")]
    [TestCase("-1")]
    [TestCase("six")]
    public void A_class_that_is_not_there_is_a_usage_error(string label)
    {
        var call = Use($"sample --label={label}");
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(call.Error, Does.Contain($"no class \"{label}\"; its classes go from 0 to 9"));
    }

    [Test]
    public void A_class_that_was_not_trained_on_is_a_usage_error()
    {
        using var apart = new ScratchFolder();
        var line = Call.Train(apart, "--epochs", "1", "--condition", "labels");
        byte[] train = [.. TinyRun.Data.Train.Labels!.Select(label => (byte)(label % 3 * 2))];
        byte[] test = [.. TinyRun.Data.Test.Labels!.Select(label => (byte)(label % 6))];
        apart.Put("data/train-labels-idx1-ubyte", Idx.LabelFile(train));
        apart.Put("data/t10k-labels-idx1-ubyte", Idx.LabelFile(test));
        Assert.That(Call.Of(line).ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(Call.Of("sample", apart["run"], "--label", "4", "--device", "cpu").ExitCode, Is.EqualTo(ExitCode.Done));
        // Without a label, the classes that were trained on take turns.
        Assert.That(Call.Of("sample", apart["run"], "--count", "3", "--device", "cpu").ExitCode, Is.EqualTo(ExitCode.Done));
        var checkpoint = CheckpointFile.Read(RunFolder.CheckpointIn(apart["run"]));
        using (var backend = Backend.Open("cpu", 1))
        using (var generation = new Generation(backend.Accelerator, checkpoint.Header.Configuration.Model, checkpoint.Parameters))
        {
            byte[] decoded = generation.DecodeBytes(generation.Prior(3, 1), default, [0, 2, 4]);
            Assert.That(generation.Sample(3, 1, default, unseen: [1, 3, 5]), Is.EqualTo(decoded));
        }
        foreach (var label in (string[])["1", "5"])
        {
            var call = Call.Of("sample", apart["run"], "--label", label, "--device", "cpu");
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
            Assert.That(call.Error, Does.Contain($"trained on no example of class \"{label}\"").And.Contain("0, 2, 4."));
        }
    }

    [Test]
    public void Without_a_label_a_traversal_from_an_image_keeps_its_class()
    {
        var label = TinyRun.Data.Test.Labels![3];
        Assert.That(Use("traverse --image 3 --out", folder["own.png"]).ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(Use($"traverse --image 3 --label {label} --out", folder["same.png"]).ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(File.ReadAllBytes(folder["own.png"]), Is.EqualTo(File.ReadAllBytes(folder["same.png"])));
    }

    [Test]
    public void Rows_of_a_traversal_are_sorted_by_the_KL_that_evaluate_reports()
    {
        using var report = JsonDocument.Parse(Use("evaluate --json --importance-samples 1").Output);
        double[] kl = [.. report.RootElement.GetProperty("kl_per_dimension").EnumerateArray().Select(one => one.GetDouble())];
        string[] expected = [.. kl.Index().OrderByDescending(one => one.Item).Select((one, row) =>
            FormattableString.Invariant($"row {row + 1}    dimension {one.Index}    KL {one.Item:F4} nats"))];
        var all = Use("traverse --label 1 --out", folder["all.png"]).Output.Split('\n', StringSplitOptions.TrimEntries)[..^2];
        var two = Use("traverse --label 1 --dimensions 2 --out", folder["two.png"]).Output.Split('\n',
            StringSplitOptions.TrimEntries)[..^2];
        Assert.That(all, Is.EqualTo(expected));
        Assert.That(two, Is.EqualTo(expected[..2]));
        Assert.That(kl, Is.Not.Ordered.Descending, "else nothing was sorted");
    }

    [Test]
    public void Data_without_labels_is_taken_to_be_of_the_label_that_is_given()
    {
        Directory.CreateDirectory(folder["bare"]);
        foreach (var file in (string[])["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"])
            File.Copy(folder[$"data/{file}"], folder[$"bare/{file}"], overwrite: true);
        var call = Use("interpolate --label 2 --data", folder["bare"], "--out", folder["bare.png"]);
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        var without = Use("reconstruct --data", folder["bare"], "--out", folder["bare2.png"]);
        Assert.That(without.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(without.Error, Does.Contain("labels"));
    }

    private Call Use(string line, params string[] more)
    {
        var arguments = line.Split(' ');
        return Call.Of([arguments[0], folder["run"], "--device", "cpu", .. arguments[1..], .. more]);
    }
}
