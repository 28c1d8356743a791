using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using VaeGpu.Host;
using VaeGpu.Host.Pictures;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;
using VaeGpu.Training;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

/// <summary>Runs whose data is no longer what they were trained on.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ChangedDataTests
{
    private const string Refusal = "Examples that were trained on would count as held out";
    private readonly ScratchFolder folder = new();
    private readonly string[] rows = [.. Enumerable.Range(0, 70).Select(i => FormattableString.Invariant($"{i * i % 17},{i % 5}"))];

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase(69, null, "it has 59 rows to train on instead of 60")]
    [TestCase(70, "0.5,1", "the contents of its 60 rows to train on have changed")]
    public void A_table_that_changed_is_refused_by_every_command_and_used_whole_on_request(int count, string? other, string change)
    {
        Train(rows);
        string[] now = [.. rows.Select(row => other ?? row).Take(count)];
        now = other is null ? now : [other, .. rows[1..]];
        // The first row is trained on.
        Put(now);
        foreach (var command in (string[])["evaluate", "encode", "score"])
        {
            var call = Call.Of(command, folder["run"], "--device", "cpu");
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed), command);
            Assert.That(call.Error, Does.Contain(change).And.Contain(Refusal).And.Contain("--data"));
        }
        var resumed = Resume();
        Assert.That(resumed.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(resumed.Error, Does.Contain(change).And.Contain("start a new run"));
        var whole = Call.Of("score", folder["run"], "--data", folder["t.csv"], "--device", "cpu");
        Assert.That((whole.ExitCode, whole.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(File.ReadAllLines(folder["run/scores.csv"]), Has.Length.EqualTo(count + 1).And.Some.StartsWith("0,2,other,"));
    }

    [Test]
    public void A_run_without_a_fingerprint_is_used_without_complaint()
    {
        Train(rows);
        var checkpoint = CheckpointFile.Read(RunFolder.CheckpointIn(folder["run"]));
        var configuration = checkpoint.Header.Configuration;
        Assert.That(configuration.Data.Fingerprint, Is.Not.Null);
        CheckpointFile.Write(RunFolder.CheckpointIn(folder["run"]), checkpoint with
        {
            Header = checkpoint.Header with
            {
                Configuration = configuration with { Data = configuration.Data with { Fingerprint = null } },
            },
        });
        Put(["0.5,1", .. rows[1..]]);
        var evaluated = Call.Of("evaluate", folder["run"], "--device", "cpu");
        Assert.That((evaluated.ExitCode, evaluated.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(Resume().ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test]
    public void Pictures_that_were_dealt_out_by_the_seed_and_have_parts_now_are_refused()
    {
        string[] names = [.. Enumerable.Range(0, 14).Select(i => FormattableString.Invariant($"{i:00}.png"))];
        Directory.CreateDirectory(folder["p"]);
        foreach (var (i, name) in names.Index())
            new Picture([.. Enumerable.Range(0, 16).Select(at => (byte)(at * i))], 4, 4).Write(folder[$"p/{name}"]);
        Assert.That(Call.Of([.. Line("p"), "--likelihood", "gaussian"]).ExitCode, Is.EqualTo(ExitCode.Done));
        foreach (var (i, name) in names.Index())
        {
            string part = i < 7 ? "train" : "test";
            Directory.CreateDirectory(folder[$"p/{part}"]);
            File.Move(folder[$"p/{name}"], folder[$"p/{part}/{name}"]);
        }
        var call = Call.Of("evaluate", folder["run"], "--device", "cpu");
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(call.Error, Does.Contain("7 images to train on instead of 12").And.Contain(Refusal));
    }

    [Test]
    public void A_picture_that_moved_from_one_part_to_the_other_is_refused_and_used_on_request()
    {
        TrainOnParts();
        File.Move(folder["p/train/0.png"], folder["p/test/moved.png"]);
        foreach (var command in (string[])["evaluate", "encode", "score"])
        {
            var call = Call.Of(command, folder["run"], "--device", "cpu");
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed), command);
            Assert.That(call.Error, Does.Contain("5 images to train on instead of 6, and it has 4 images held out instead of 3")
                .And.Contain("may be among those held out").And.Contain("--data"));
        }
        Assert.That(Call.Of("evaluate", folder["run"], "--data", folder["p"], "--device", "cpu").ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [TestCase("train"), TestCase("test")]
    public void A_picture_that_is_missing_from_one_part_is_said(string part)
    {
        TrainOnParts();
        File.Delete(folder[$"p/{part}/1.png"]);
        var call = Call.Of("evaluate", folder["run"], "--device", "cpu");
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Done), call.Error);
        Assert.That(call.Error, Does.Contain(part == "train" ? "5 images to train on instead of 6" : "2 images held out instead of 3"));
    }

    [Test]
    public void Held_out_data_of_its_own_may_change_and_it_is_said()
    {
        Assert.That(Call.Of(Call.Train(folder, "--epochs", "1")).ExitCode, Is.EqualTo(ExitCode.Done));
        byte[] pixels = File.ReadAllBytes(folder["data/t10k-images-idx3-ubyte"]);
        pixels[^1] ^= 1;
        folder.Put("data/t10k-images-idx3-ubyte", pixels);
        var evaluated = Call.Of("evaluate", folder["run"], "--importance-samples", "1", "--device", "cpu");
        Assert.That(evaluated.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(
            evaluated.Error,
            Does.Contain(
                "note: the data \"data\" is not what the run was trained on: the contents of its 90 images held out have changed"));
        Assert.That(Resume().ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test]
    public void Data_that_moved_is_named_as_the_run_s_own()
    {
        Train(rows);
        File.Move(folder["t.csv"], folder["moved.csv"]);
        foreach (var call in (Call[])[Call.Of("evaluate", folder["run"], "--device", "cpu"), Resume()])
        {
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
            Assert.That(
                call.Error, Does.Contain($"There is no \"{folder["t.csv"]}\", where the data of the run was").And.Contain("--data"));
        }
        Assert.That(Resume("--data", folder["moved.csv"]).ExitCode, Is.EqualTo(ExitCode.Done), "the same data at another place");
        var evaluated = Call.Of("evaluate", folder["run"], "--data", folder["moved.csv"], "--device", "cpu");
        Assert.That(evaluated.Error.Trim(), Is.EqualTo("note: the run was trained on 60 of 70 rows of \"moved\""));
    }

    [Test]
    public void A_run_of_a_program_is_not_taken_to_be_of_the_built_in_digits()
    {
        using (var backend = Backend.Open("cpu", 1))
        using (var model = new VaeModel(backend.Accelerator, TinyRun.Configuration().Model))
        {
            model.Train(TinyRun.Data.Test, new() { Epochs = 1 });
            model.Save(folder["run"]);
        }
        var call = Call.Of("evaluate", folder["run"], "--device", "cpu");
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(call.Error, Does.Contain("by a program on data called \"examples\"").And.Contain("--data"));
        Assert.That(Call.Of(Call.Train(folder, "--epochs", "1", "--out", folder["other"])).ExitCode, Is.EqualTo(ExitCode.Done));
        var named = Call.Of("evaluate", folder["run"], "--data", folder["data"], "--importance-samples", "1", "--device", "cpu");
        Assert.That(named.ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [TestCase("t.csv", "x,b", "different columns (x, b) than the model was trained on (a, b)")]
    public void Columns_that_changed_are_named(string file, string header, string change)
    {
        Train(rows);
        folder.Put(file, Encoding.UTF8.GetBytes($"{header}\n{string.Join('\n', rows)}"));
        var call = Call.Of("encode", folder["run"], "--device", "cpu");
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(call.Error, Does.Contain(change).And.Contain("is the data that the run was trained on"));
    }

    [Test]
    public void A_character_that_is_new_is_named()
    {
        folder.Put("t.txt", Encoding.UTF8.GetBytes(string.Join('\n', rows)));
        Assert.That(Call.Of(Line("t.txt")).ExitCode, Is.EqualTo(ExitCode.Done));
        folder.Put("t.txt", Encoding.UTF8.GetBytes(string.Join('\n', rows).Replace(',', ';')));
        var call = Call.Of("encode", folder["run"], "--device", "cpu");
        Assert.That(call.Error, Does.Contain("not trained on the character \";\"")
            .And.Contain("is the data that the run was trained on"));
    }

    /// <summary>Trains on six pictures, with three held out.</summary>
    private void TrainOnParts()
    {
        foreach (var (part, count) in new[] { ("train", 6), ("test", 3) })
        {
            Directory.CreateDirectory(folder[$"p/{part}"]);
            for (var i = 0; i < count; i++)
                new Picture([.. Enumerable.Range(0, 16).Select(at => (byte)(at * (i + count)))], 4, 4).Write(folder[$"p/{part}/{i}.png"]);
        }
        Assert.That(Call.Of([.. Line("p"), "--likelihood", "gaussian"]).ExitCode, Is.EqualTo(ExitCode.Done));
    }

    private void Train(string[] lines)
    {
        Put(lines);
        var call = Call.Of(Line("t.csv"));
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
    }

    private string[] Line(string file) =>
    [
        "train", "--data", folder[file], "--out", folder["run"], "--hidden", "4", "--latent", "1", "--epochs", "1", "--device", "cpu",
        "--threads", "1",
    ];

    private void Put(string[] lines) => folder.Put("t.csv", Encoding.UTF8.GetBytes("a,b\n" + string.Join('\n', lines)));

    private Call Resume(params string[] more) =>
        Call.Of(["train", "--resume", "--out", folder["run"], "--epochs", "2", "--device", "cpu", .. more]);
}
