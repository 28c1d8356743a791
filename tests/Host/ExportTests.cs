using VaeGpu.Host;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Exchange;
using VaeGpu.Training.Exchange;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

/// <summary>The commands "export" and "import".</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class ExportTests
{
    private readonly ScratchFolder folder = new();

    [OneTimeSetUp]
    public void Train() => Assert.That(Call.Of(Call.Train(folder, "--epochs", "1")).ExitCode, Is.EqualTo(ExitCode.Done));

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("safetensors", "model.safetensors")]
    [TestCase("npz", "model.npz")]
    [TestCase("onnx", "onnx/encoder.onnx onnx/decoder.onnx onnx/sampler.onnx")]
    public void A_model_is_written_to_its_run_and_is_not_replaced_unasked(string format, string files)
    {
        string[] paths = [.. files.Split(' ').Select(name => Path.Combine(folder["run"], name))];
        Call first = Export("--format", format), second = Export("--format", format);
        Assert.That((first.ExitCode, first.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(first.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(paths));
        Assert.That(paths, Has.All.Exist);
        Assert.That((second.ExitCode, second.Error), Is.EqualTo((ExitCode.Usage,
            $"error: \"{paths[0]}\" exists already; name another path with --out, or replace it with --overwrite.{Environment.NewLine}")));
        Assert.That(Export("--format", format, "--overwrite").ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test]
    public void An_imported_run_is_the_one_that_was_exported_and_can_be_trained_further()
    {
        Assert.That(Export("--out", folder["there.safetensors"]).ExitCode, Is.EqualTo(ExitCode.Done));
        Call imported = Call.Of("import", folder["there.safetensors"], "--out", folder["back"]);
        Assert.That(
            (imported.ExitCode, imported.Output.Trim(), imported.Error), Is.EqualTo((ExitCode.Done, folder["back"], "")));
        var (_, before) = CheckpointFile.ReadParameters(RunFolder.CheckpointIn(folder["run"]));
        var (header, after) = CheckpointFile.ReadParameters(RunFolder.CheckpointIn(folder["back"]));
        Assert.That(after, Is.EqualTo(before));
        RunConfiguration exported = CheckpointFile.ReadHeader(RunFolder.CheckpointIn(folder["run"])).Configuration;
        Assert.That(header.Configuration, Is.EqualTo(exported with { Data = exported.Data with { Folder = "data" } }));
        Assert.That(Call.Of("sample", folder["back"], "--count", "2", "--device", "cpu").Error, Is.Empty);
        Call resumed = Call.Of(
            "train", "--resume", "--out", folder["back"], "--data", folder["data"], "--device", "cpu", "--threads", "1");
        Assert.That(resumed.ExitCode, Is.EqualTo(ExitCode.Done), resumed.Error);
        Assert.That(CheckpointFile.ReadHeader(RunFolder.CheckpointIn(folder["back"])).History, Has.Count.EqualTo(1));
    }

    [TestCase("/home/someone/digits of mine", "digits of mine")]
    [TestCase("/home/someone/mnist/", "./mnist")]
    [TestCase("mnist", "mnist")]
    [TestCase(null, null)]
    public void Of_the_path_of_the_data_an_export_has_the_last_part_alone(string? data, string? kept)
    {
        using Backend cpu = Backend.Open("cpu", 1);
        Exported one = Exported.Named(cpu.Accelerator, "mlp bernoulli");
        RunConfiguration run = one.Run with { Data = one.Run.Data with { Folder = data } };
        ModelExport.Write(cpu.Accelerator, ExportFormat.Safetensors, folder["of path"], run, one.Parameters);
        Assert.That(ModelImport.Read(cpu.Accelerator, folder["of path"]).Configuration.Data.Folder, Is.EqualTo(kept));
    }

    [Test]
    public void A_state_dict_with_gaps_in_its_numbers_is_imported_like_another_run()
    {
        Assert.That(Export("--out", folder["a.safetensors"]).ExitCode, Is.EqualTo(ExitCode.Done));
        using var file = VaeGpu.Training.Exchange.TensorFile.Open(folder["a.safetensors"]);
        byte[] sequential = StateDict.Of([.. file.Tensors.Select(tensor =>
            (tensor.Name.Replace(".1.", ".2."), tensor.Shape, tensor.Read()))]);
        folder.Put("sequential.safetensors", sequential);
        Call unknown = Call.Of("import", folder["sequential.safetensors"], "--out", folder["like"]);
        Assert.That((unknown.ExitCode, Directory.Exists(folder["like"])), Is.EqualTo((ExitCode.Failed, false)));
        Call known = Call.Of("import", folder["sequential.safetensors"], "--out", folder["like"], "--like", folder["run"]);
        Assert.That((known.ExitCode, known.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(
            CheckpointFile.ReadParameters(RunFolder.CheckpointIn(folder["like"])).Parameters,
            Is.EqualTo(CheckpointFile.ReadParameters(RunFolder.CheckpointIn(folder["run"])).Parameters));
    }

    [Test]
    public void A_file_that_is_no_model_leaves_nothing_and_a_run_that_is_there_as_it_was()
    {
        folder.Put("cut.safetensors", [1, 2, 3]);
        Call refused = Call.Of("import", folder["cut.safetensors"], "--out", folder["new"]);
        Assert.That(refused.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(refused.Error, Does.StartWith("error: \"").And.EndWith($".{Environment.NewLine}"));
        Assert.That(refused.Error.Trim(), Does.Not.Contain(Environment.NewLine));
        Assert.That(Path.Exists(folder["new"]), Is.False);
        byte[] before = File.ReadAllBytes(RunFolder.CheckpointIn(folder["run"]));
        Call.Of("import", folder["cut.safetensors"], "--out", folder["run"], "--overwrite");
        Assert.That(File.ReadAllBytes(RunFolder.CheckpointIn(folder["run"])), Is.EqualTo(before));
    }

    [Test]
    public void A_run_is_not_replaced_unasked()
    {
        Assert.That(Export("--out", folder["b.safetensors"]).ExitCode, Is.EqualTo(ExitCode.Done));
        Call call = Call.Of("import", folder["b.safetensors"], "--out", folder["run"]);
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(call.Error, Does.Contain("holds a run already").And.Contain("--overwrite"));
    }

    [Test]
    public void Files_of_which_one_cannot_be_written_are_not_written()
    {
        Directory.CreateDirectory(folder["blocked/sampler.onnx"]);
        Call call = Export("--format", "onnx", "--out", folder["blocked"]);
        Assert.That((call.ExitCode, Directory.GetFiles(folder["blocked"])), Is.EqualTo((ExitCode.Usage, Array.Empty<string>())));
        File.WriteAllText(folder["file"], "");
        Call under = Export("--format", "onnx", "--out", folder["file/onnx"]);
        Assert.That(under.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(under.Error, Does.Contain("cannot be written"));
    }

    private Call Export(params string[] more) => Call.Of(["export", folder["run"], .. more]);
}
