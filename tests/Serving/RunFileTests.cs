using System.Net.Http.Json;
using System.Text.Json;
using VaeGpu.Host.Serving;
using VaeGpu.Tests.Data;
using VaeGpu.Training;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Serving;

/// <summary>Runs whose files change while they are served.</summary>
public sealed class RunFileTests
{
    [Test]
    public async Task A_new_checkpoint_is_taken_up()
    {
        using var served = new ServedRuns("digits");
        string before = await Model(served);
        served.Put("digits", "other");
        Assert.That(async () => await Model(served), Is.Not.EqualTo(before).After(90_000, 100));
        JsonElement runs = await served.Client.GetFromJsonAsync<JsonElement>("/api/runs");
        Assert.That(runs.GetProperty("runs")[0].GetProperty("history").GetProperty("epoch").GetArrayLength(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_run_without_a_checkpoint_is_listed_and_its_model_is_missed_in_a_sentence()
    {
        // The server reads the first run's model ahead of the first request.
        using var served = new ServedRuns("other", "digits");
        string folder = Path.Combine(Path.GetDirectoryName(served.First.Folder)!, "digits");
        File.Delete(RunFolder.CheckpointIn(folder));
        File.Delete(RunFolder.MetricsIn(folder));
        JsonElement run = (await served.Client.GetFromJsonAsync<JsonElement>("/api/runs")).GetProperty("runs")[1];
        HttpResponseMessage answer = await served.Client.PostAsJsonAsync("/api/sample", new { run = "digits" });
        Assert.Multiple(async () =>
        {
            Assert.That(run.GetProperty("state").GetString(), Is.EqualTo("stopped"));
            Assert.That(run.GetProperty("description").GetProperty("model").GetString(), Is.EqualTo("784-24-3"));
            Assert.That((int)answer.StatusCode, Is.EqualTo(409));
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("There is no checkpoint"));
        });
    }

    [Test]
    public async Task A_run_is_in_training_while_its_folder_is_held_and_stopped_once_the_process_is_gone()
    {
        using var served = new ServedRuns("digits");
        MetricsCsv.Write(RunFolder.MetricsIn(served.First.Folder), ServedRuns.Of("digits").Checkpoint.Header.History.Take(1).ToArray());
        using (RunFolder.Resume(served.First.Folder))
            Assert.That(await State(), Is.EqualTo("training"));
        // A process that was killed leaves the file, and the system takes its lock.
        File.WriteAllText(Path.Combine(served.First.Folder, ".vaegpu.lock"), "\n");
        Assert.That(await State(), Is.EqualTo("stopped"));

        async Task<string?> State() => (await served.Client.GetFromJsonAsync<JsonElement>("/api/runs"))
            .GetProperty("runs")[0].GetProperty("state").GetString();
    }

    [Test]
    public async Task Damaged_files_are_told_and_the_model_before_stays()
    {
        using var served = new ServedRuns("digits");
        string before = await Model(served);
        File.WriteAllText(RunFolder.CheckpointIn(served.First.Folder), "not a checkpoint");
        File.WriteAllText(RunFolder.MetricsIn(served.First.Folder), $"{MetricsCsv.Header}\n1,2,three,4,5,6,7,8\n");
        JsonElement run = (await served.Client.GetFromJsonAsync<JsonElement>("/api/runs")).GetProperty("runs")[0];
        Assert.Multiple(async () =>
        {
            Assert.That(run.GetProperty("state").GetString(), Is.EqualTo("unreadable"));
            Assert.That(run.GetProperty("problem").GetString(), Does.Contain("line 2").And.Contain("\"three\" is not a number"));
            Assert.That(await Model(served), Is.EqualTo(before));
        });
    }

    [Test]
    public void Metrics_are_read_as_they_were_written()
    {
        using var folder = new ScratchFolder();
        EpochMetrics[] epochs =
        [
            new(1, 0.5, new(3, 1), new(4, 2)), new(2, 1.25, new(2, 1.5), new(3, 2)) { TrainObjective = 3.5, TestObjective = 5 },
        ];
        MetricsCsv.Write(folder["metrics.csv"], epochs);
        Assert.That(MetricsCsv.Read(folder["metrics.csv"]), Is.EqualTo(epochs));
        Assert.That(MetricsCsv.Read(folder["none.csv"]), Is.Empty);
        folder.Put("metrics.csv", "epoch\n1,2\n"u8.ToArray());
        Assert.That(() => MetricsCsv.Read(folder["metrics.csv"]), Throws.TypeOf<RunException>().With.Message.Contains("line 2"));
    }

    [Test]
    public void Folders_of_one_name_are_told_apart() =>
        Assert.That(RunNames.Of(["a/run", "b/run/", "c/run-2", "c"]), Is.EqualTo(new[] { "run", "run-2", "run-2-2", "c" }));

    private static async Task<string> Model(ServedRuns served)
    {
        HttpResponseMessage answer = await served.Client.PostAsJsonAsync("/api/decode", new { run = "digits", z = new[] { new float[3] } });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("model").GetString()!;
    }
}
