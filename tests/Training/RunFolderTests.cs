using VaeGpu.Tests.Data;
using VaeGpu.Kernels.Devices;
using VaeGpu.Training;
using VaeGpu.Training.Files;
using VaeGpu.Training.Optimization;
using VaeGpu.Training.Runs;
using VaeGpu.Training.Watching;

namespace VaeGpu.Tests.Training;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RunFolderTests
{
    private readonly ScratchFolder scratch = new();

    [TearDown]
    public void RemoveFolder() => scratch.Dispose();

    [Test]
    public void Fresh_folders_are_named_after_the_time_and_never_shared()
    {
        var now = new DateTime(2026, 1, 31, 23, 59, 58);
        using var first = RunFolder.CreateFresh(scratch["runs"], now);
        using var second = RunFolder.CreateFresh(scratch["runs"], now);
        Assert.Multiple(() =>
        {
            Assert.That(Path.GetFileName(first.Path), Is.EqualTo("2026-01-31-235958"));
            Assert.That(Path.GetFileName(second.Path), Is.EqualTo("2026-01-31-235958-2"));
        });
    }

    [Test]
    public async Task Runs_that_start_at_the_same_time_have_folders_of_their_own()
    {
        for (var second = 0; second < 20; second++)
        {
            var now = new DateTime(2026, 1, 31, 23, 59, second);
            using var start = new Barrier(4);
            var folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return RunFolder.CreateFresh(scratch["runs"], now);
                },
                default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.That(folders.Select(folder => folder.Path), Is.Unique);
            Array.ForEach(folders, folder => folder.Dispose());
        }
    }

    [Test]
    public void A_run_is_not_overwritten_unasked()
    {
        using (var folder = RunFolder.Create(scratch["run"], overwrite: false))
            File.WriteAllText(folder.Metrics, "kept");
        Assert.That(
            () => RunFolder.Create(scratch["run"], overwrite: false),
            Throws.TypeOf<RunExistsException>().With.Message.Contains("metrics.csv"));
        using var again = RunFolder.Create(scratch["run"], overwrite: true);
        Assert.That(File.ReadAllText(again.Metrics), Is.EqualTo("kept"));
        again.Clear();
        Assert.That(again.Metrics, Does.Not.Exist);
    }

    [Test]
    public void A_run_that_was_killed_before_it_saved_anything_does_not_stand_in_the_way()
    {
        using (var folder = RunFolder.Create(scratch["run"], overwrite: false))
        {
            TinyRun.Configuration().Write(folder.Configuration);
            MetricsLog.Open(folder.MetricsLog, 0).Dispose();
            new EventFile(folder.Path, 0).Dispose();
        }
        File.WriteAllText(scratch["run/.vaegpu.lock"], "");
        File.WriteAllText(scratch["run/checkpoint.vae.0123456789abcdef0123456789abcdef.tmp"], "half");
        using var again = RunFolder.Create(scratch["run"], overwrite: false);
        again.Clear();
        Assert.That(Directory.GetFiles(again.Path).Select(Path.GetFileName), Is.EqualTo(new[] { ".vaegpu.lock" }));
    }

    [TestCase("configuration.json", "{\"theme\": \"mine\"}")]
    [TestCase("configuration.json", "")]
    [TestCase("samples.png", "mine")]
    public void What_only_has_the_name_of_a_runs_file_is_named_and_stays(string name, string content)
    {
        Directory.CreateDirectory(scratch["run"]);
        File.WriteAllText(scratch[$"run/{name}"], content);
        Assert.That(
            () => RunFolder.Create(scratch["run"], overwrite: false),
            Throws.TypeOf<RunExistsException>().With.Message.Contains(name).And.Message.Contains("without its checkpoint"));
        Assert.That(File.ReadAllText(scratch[$"run/{name}"]), Is.EqualTo(content));
    }

    [Test]
    public void What_a_killed_process_had_half_written_is_removed_when_training_goes_on()
    {
        Directory.CreateDirectory(scratch["run"]);
        string[] kept = ["checkpoint.vae", "checkpoint.vae.mine.tmp", "mine.0123456789abcdef0123456789abcdef.tmp"];
        foreach (var name in (string[])[.. kept, "checkpoint.vae.0123456789abcdef0123456789abcdef.tmp",
            "metrics.csv.0123456789abcdef0123456789abcdef.tmp"])
            File.WriteAllText(Path.Combine(scratch["run"], name), "half");
        RunFolder.Resume(scratch["run"]).Dispose();
        Assert.That(Directory.GetFiles(scratch["run"]).Select(Path.GetFileName), Is.EquivalentTo(kept));
    }

    [Test]
    public void Files_of_other_names_stay_and_do_no_harm()
    {
        Directory.CreateDirectory(scratch["run"]);
        File.WriteAllText(scratch["run/notes.txt"], "mine");
        using (var folder = RunFolder.Create(scratch["run"], overwrite: false))
            folder.Clear();
        Assert.That(File.ReadAllText(scratch["run/notes.txt"]), Is.EqualTo("mine"));
    }

    [Test]
    public void A_folder_belongs_to_one_run_at_a_time()
    {
        using (var folder = RunFolder.Create(scratch["run"], overwrite: false))
        {
            Assert.That(
                () => RunFolder.Create(scratch["run"], overwrite: true),
                Throws.TypeOf<RunTakenException>().With.Message.Contains("Another vaegpu is training"));
        }
        using var after = RunFolder.Create(scratch["run"], overwrite: false);
        Assert.That(after.Path, Does.Exist);
    }

    [Test]
    public void The_lock_of_a_process_that_died_does_not_bind()
    {
        Directory.CreateDirectory(scratch["run"]);
        File.WriteAllText(scratch["run/.vaegpu.lock"], "");
        using var folder = RunFolder.Create(scratch["run"], overwrite: false);
        Assert.That(folder.Path, Does.Exist);
    }

    [TestCase("removed")]
    [TestCase("renamed")]
    [TestCase("replaced")]
    [Platform(Exclude = "Win", Reason = "Windows keeps a folder with an open file.")]
    public void A_folder_that_is_lost_ends_the_run_and_is_not_made_again(string how)
    {
        using var backend = Backend.Open("cpu", 1);
        using var trainer = new Trainer(backend.Accelerator, TinyRun.Configuration(epochs: 1000), TinyRun.Data);
        RunFolder? other = null;
        using (var folder = RunFolder.Create(scratch["run"], overwrite: false))
        {
            bool isLost = false;
            var observer = new TinyRun.Observer(_ =>
            {
                if (isLost)
                    return;
                Directory.Move(scratch["run"], scratch["moved"]);
                if (how == "removed")
                    Directory.Delete(scratch["moved"], recursive: true);
                if (how == "replaced")
                    other = RunFolder.Create(scratch["run"], overwrite: false);
                isLost = true;
            });
            Assert.That(
                () => TrainingRun.Execute(trainer, folder, observer, default),
                Throws.TypeOf<RunException>().With.Message.Contains("was removed, renamed or replaced"));
        }
        if (how == "replaced")
        {
            Assert.That(
                Directory.GetFiles(scratch["run"]).Select(Path.GetFileName), Is.EqualTo(new[] { ".vaegpu.lock" }),
                "the other run keeps its lock");
        }
        else
        {
            Assert.That(scratch["run"], Does.Not.Exist);
        }
        other?.Dispose();
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows keeps a folder with an open file.")]
    public void A_file_whose_folder_is_lost_while_it_is_written_does_not_come_to_its_place()
    {
        using (var folder = RunFolder.Create(scratch["run/"], overwrite: false))
        {
            Assert.That(
                () => AtomicFile.Write(folder.Metrics, stream =>
                {
                    stream.WriteByte(1);
                    File.Delete(scratch["run/.vaegpu.lock"]);
                }),
                Throws.TypeOf<RunException>().With.Message.Contains("was removed, renamed or replaced"));
            Directory.Delete(scratch["run"]);
            Assert.That(() => AtomicFile.Write(folder.Metrics, stream => stream.WriteByte(1)), Throws.TypeOf<RunException>());
        }
        Assert.That(scratch["run"], Does.Not.Exist);
    }

    [Test]
    public void Links_that_lead_out_of_the_folder_are_not_written_through()
    {
        string outside = scratch.Put("outside.png", [1, 2, 3]);
        Directory.CreateDirectory(scratch["run"]);
        File.WriteAllText(scratch["run/checkpoint.vae"], "kept");
        File.CreateSymbolicLink(scratch["run/samples.png"], "../outside.png");
        Assert.That(
            () => RunFolder.Resume(scratch["run"]),
            Throws.TypeOf<RunException>().With.Message.Contains("samples.png").And.Message.Contains("remove the link"));
        File.Delete(scratch["run/samples.png"]);
        using (var folder = RunFolder.Resume(scratch["run"]))
        {
            File.CreateSymbolicLink(folder.Metrics, outside);
            Assert.That(folder.ThrowIfUnfit, Throws.TypeOf<RunException>().With.Message.Contains("metrics.csv"));
            File.Delete(folder.Metrics);
            File.CreateSymbolicLink(folder.Metrics, "inside.csv");
            Assert.That(folder.ThrowIfUnfit, Throws.Nothing);
        }
        File.CreateSymbolicLink(scratch["run/.vaegpu.lock"], outside);
        Assert.That(() => RunFolder.Resume(scratch["run"]), Throws.TypeOf<RunException>().With.Message.Contains(".vaegpu.lock"));
        Assert.That(File.ReadAllBytes(outside), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void A_folder_made_in_vain_is_removed()
    {
        RunFolder.Create(scratch["runs/run"], overwrite: false).Dispose();
        Assert.That(scratch["runs/run"], Does.Not.Exist);
    }

    [Test]
    public void A_file_in_the_place_of_the_folder_is_an_error_for_the_person()
    {
        scratch.Put("run", [1]);
        Assert.That(
            () => RunFolder.Create(scratch["run"], overwrite: true),
            Throws.TypeOf<RunException>().With.Message.Contains("cannot be used"));
    }

    [Test]
    public void Only_a_folder_with_a_checkpoint_goes_on() => Assert.That(
        () => RunFolder.Resume(scratch["run"]),
        Throws.TypeOf<RunException>().With.Message.Contains("no checkpoint to resume from"));
}
